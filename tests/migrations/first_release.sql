-- The tables of the first release (embedded database), as SQLite kept them.
CREATE TABLE about (
    name VARCHAR(40) NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE stock_items (
    sku VARCHAR(255) NOT NULL,
    product_id INTEGER NOT NULL,
    on_hand INTEGER NOT NULL,
    PRIMARY KEY (sku)
);
CREATE INDEX ix_stock_items_product_id ON stock_items (product_id);
CREATE TABLE product_cards (
    product_id INTEGER NOT NULL,
    seller_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    price_currency TEXT NOT NULL,
    from_price BOOLEAN NOT NULL,
    picture TEXT NOT NULL,
    picture_alt TEXT NOT NULL,
    seller_slug TEXT NOT NULL,
    seller_name TEXT NOT NULL,
    seller_picture TEXT NOT NULL,
    sold_out BOOLEAN NOT NULL,
    published_at DATETIME NOT NULL,
    PRIMARY KEY (product_id)
);
CREATE INDEX ix_product_cards_published_at_product_id ON product_cards (published_at DESC, product_id DESC);
CREATE INDEX ix_product_cards_seller_id_published_at_product_id ON product_cards (seller_id, published_at DESC, product_id DESC);
CREATE INDEX ix_product_cards_version ON product_cards (version);
CREATE TABLE category_cards (
    category VARCHAR(255) NOT NULL,
    newest_first INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    PRIMARY KEY (category, newest_first, product_id)
)
 WITHOUT ROWID;
CREATE INDEX ix_category_cards_product_id ON category_cards (product_id);
CREATE TABLE products (
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    slug VARCHAR(255),
    seller_id INTEGER,
    published_at VARCHAR(255),
    status VARCHAR(255),
    created_at VARCHAR(255),
    PRIMARY KEY (id)
);
CREATE INDEX ix_products_status_published_at ON products (status, published_at DESC);
CREATE INDEX ix_products_created_at ON products (created_at DESC);
CREATE UNIQUE INDEX uq_products_slug ON products (slug);
CREATE INDEX ix_products_seller_id_published_at ON products (seller_id, published_at DESC);
CREATE TABLE follows (
    member_id INTEGER NOT NULL,
    seller_id INTEGER NOT NULL,
    followed_at DATETIME NOT NULL,
    PRIMARY KEY (member_id, seller_id)
)
 WITHOUT ROWID;
CREATE INDEX ix_follows_member_id_followed_at_seller_id ON follows (member_id, followed_at, seller_id);
CREATE INDEX ix_follows_seller_id_followed_at_member_id ON follows (seller_id, followed_at, member_id);
CREATE TABLE test_charges (
    "key" VARCHAR(200) NOT NULL,
    reference VARCHAR(40) NOT NULL,
    amount_minor INTEGER NOT NULL,
    amount_currency VARCHAR(3) NOT NULL,
    brand VARCHAR(20) NOT NULL,
    last4 VARCHAR(4) NOT NULL,
    declined VARCHAR(200) NOT NULL,
    refund_reference VARCHAR(40) NOT NULL,
    charged_at DATETIME NOT NULL,
    PRIMARY KEY ("key")
);
CREATE UNIQUE INDEX uq_test_charges_reference ON test_charges (reference);
CREATE TABLE sessions (
    token_hash VARCHAR(64) NOT NULL,
    member_id INTEGER,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    bag_id INTEGER,
    device VARCHAR(120) NOT NULL,
    created_at DATETIME NOT NULL,
    seen_at DATETIME NOT NULL,
    PRIMARY KEY (token_hash)
);
CREATE INDEX ix_sessions_seen_at ON sessions (seen_at);
CREATE INDEX ix_sessions_member_id ON sessions (member_id);
CREATE TABLE api_tokens (
    token_hash VARCHAR(64) NOT NULL,
    member_id INTEGER NOT NULL,
    member_name TEXT NOT NULL,
    name VARCHAR(80) NOT NULL,
    scope VARCHAR(20) NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (token_hash)
);
CREATE INDEX ix_api_tokens_member_id ON api_tokens (member_id);
CREATE TABLE sellers (
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    slug VARCHAR(255),
    member_id INTEGER,
    joined_at VARCHAR(255),
    name VARCHAR(255),
    PRIMARY KEY (id)
);
CREATE INDEX ix_sellers_member_id ON sellers (member_id);
CREATE INDEX ix_sellers_joined_at ON sellers (joined_at DESC);
CREATE INDEX ix_sellers_name ON sellers (name);
CREATE UNIQUE INDEX uq_sellers_slug ON sellers (slug);
CREATE TABLE members (
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    email VARCHAR(255),
    joined_at VARCHAR(255),
    name VARCHAR(255),
    PRIMARY KEY (id)
);
CREATE INDEX ix_members_name ON members (name);
CREATE INDEX ix_members_joined_at ON members (joined_at DESC);
CREATE UNIQUE INDEX uq_members_email ON members (email);
CREATE TABLE follower_counts (
    seller_id INTEGER NOT NULL,
    followers INTEGER NOT NULL,
    PRIMARY KEY (seller_id)
)
 WITHOUT ROWID;
CREATE INDEX ix_follower_counts_followers_seller_id ON follower_counts (followers DESC, seller_id DESC);
CREATE TABLE following_counts (
    member_id INTEGER NOT NULL,
    following INTEGER NOT NULL,
    PRIMARY KEY (member_id)
)
 WITHOUT ROWID;
CREATE TABLE orders (
    id INTEGER NOT NULL,
    number VARCHAR(255) NOT NULL,
    member_id INTEGER,
    bag_id INTEGER,
    email VARCHAR(255) NOT NULL,
    address TEXT NOT NULL,
    state VARCHAR(255) NOT NULL,
    total_minor INTEGER NOT NULL,
    total_currency VARCHAR(3) NOT NULL,
    idempotency_key VARCHAR(255) NOT NULL,
    payment_reference TEXT NOT NULL,
    refund_reference TEXT,
    card_brand TEXT NOT NULL,
    card_last4 TEXT NOT NULL,
    placed_at DATETIME NOT NULL,
    paid_at DATETIME,
    cancelled_at DATETIME,
    version INTEGER NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_orders_idempotency_key ON orders (idempotency_key);
CREATE INDEX ix_orders_email ON orders (email);
CREATE INDEX ix_orders_member_id_id ON orders (member_id, id DESC);
CREATE UNIQUE INDEX uq_orders_number ON orders (number);
CREATE INDEX ix_orders_state_id ON orders (state, id DESC);
CREATE TABLE bags (
    id INTEGER NOT NULL,
    member_id INTEGER,
    changed_at DATETIME NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_bags_changed_at ON bags (changed_at);
CREATE UNIQUE INDEX uq_bags_member_id ON bags (member_id);
CREATE TABLE bag_lines (
    bag_id INTEGER NOT NULL,
    sku VARCHAR(255) NOT NULL,
    product_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    seen_price_minor INTEGER NOT NULL,
    seen_price_currency VARCHAR(3) NOT NULL,
    added_at DATETIME NOT NULL,
    PRIMARY KEY (bag_id, sku)
)
 WITHOUT ROWID;
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    seller_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    variant TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price_minor INTEGER NOT NULL,
    price_currency VARCHAR(3) NOT NULL,
    PRIMARY KEY (order_id, position)
)
 WITHOUT ROWID;
CREATE INDEX ix_order_lines_seller_id_order_id ON order_lines (seller_id, order_id DESC);
CREATE TABLE categories (
    id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    slug VARCHAR(255),
    position INTEGER,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_categories_slug ON categories (slug);
CREATE INDEX ix_categories_position ON categories (position);
CREATE TABLE throttles (
    "key" VARCHAR(64) NOT NULL,
    due_at DATETIME NOT NULL,
    PRIMARY KEY ("key")
)
 WITHOUT ROWID;
CREATE INDEX ix_throttles_due_at ON throttles (due_at);
CREATE TABLE outbox (
    id INTEGER NOT NULL,
    queue VARCHAR(255) NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    written_at DATETIME NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_outbox_queue_id ON outbox (queue, id);
CREATE VIRTUAL TABLE seller_search USING fts5(name, craft, town, sentence, scope, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
CREATE VIRTUAL TABLE product_search USING fts5(name, shelves, seller, words, scope, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
INSERT INTO about VALUES ('schema', 1);
