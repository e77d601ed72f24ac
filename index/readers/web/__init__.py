"""What browsers and mail programs save: HTML, EPUB, mails."""
