"""Documents of office programs: Word, OpenDocument, presentations, workbooks."""
