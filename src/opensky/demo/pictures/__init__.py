"""Pictures drawn by code, in one style: still lifes of goods and busts of people. Same input, same bytes."""
