"""The document mapper: plain dataclasses kept as JSON documents, tracked by snapshot, written in one batch a flush."""
