"""Other forms of a page: PDF, Word document, slides. Nothing is imported here, so each loads what it needs."""
