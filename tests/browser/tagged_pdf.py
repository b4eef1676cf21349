"""What a printed page holds: Chromium writes the structure of a tagged PDF uncompressed."""

import re
from dataclasses import dataclass
from functools import cached_property

OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)


@dataclass(frozen=True)
class Printed:
    """A tagged PDF."""

    data: bytes

    @cached_property
    def objects(self) -> dict[int, bytes]:
        return {int(number): content for number, content in OBJECT.findall(self.data)}

    @property
    def pages(self) -> int:
        return len(re.findall(rb"/Type\s*/Page\b", self.data))

    def elements(self, kind: str) -> list[bytes]:
        """Elements of a kind, such as Figure, Table or H1."""
        wanted = re.compile(rb"/S\s*/" + kind.encode() + rb"\b")
        return [content for content in self.objects.values() if wanted.search(content)]

    def alternative(self, element: bytes) -> str | None:
        """Text that stands for a picture."""
        coded = re.search(rb"/Alt\s*<([0-9A-Fa-f\s]+)>", element)
        if coded:
            return bytes.fromhex(coded[1].decode().replace("\n", "")).decode("utf-16")
        plain = re.search(rb"/Alt\s*\(((?:\\.|[^\\)])*)\)", element)
        return plain and re.sub(rb"\\(.)", rb"\1", plain[1]).decode("latin-1")

    def pages_of(self, element: bytes) -> set[int]:
        """Pages on which an element and all that is in it are drawn."""
        found = {int(number) for number in re.findall(rb"/Pg\s+(\d+) 0 R", element)}
        kids = element.partition(b"/K")[2]
        for number in re.findall(rb"(?<!/Pg )(?<!/Stm )(?<!/P )\b(\d+) 0 R", kids):
            child = self.objects.get(int(number), b"")
            if b"/StructElem" in child:
                found |= self.pages_of(child)
        return found
