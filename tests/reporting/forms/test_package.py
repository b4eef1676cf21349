"""A document that somebody edited is known as theirs."""

import docx
import pytest

from rm_research.catalogue import catalogue
from rm_research.reporting.forms.package import is_untouched
from rm_research.reporting.forms.word import word_document


@pytest.fixture
def document(tmp_path, findings):
    path = tmp_path / "findings.docx"
    path.write_bytes(word_document(findings("<p>a</p>"), catalogue("en")))
    return path


def test_as_it_was_made(document):
    assert is_untouched(document)


def test_saved_by_a_program(document):
    from datetime import datetime

    edited = docx.Document(str(document))
    edited.core_properties.modified = datetime(2026, 11, 22)  # as Word and others do
    edited.save(str(document))
    assert not is_untouched(document)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_document_is_not_ours(tmp_path, content):
    (tmp_path / "a.docx").write_bytes(content)
    assert not is_untouched(tmp_path / "a.docx")
