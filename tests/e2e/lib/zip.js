// ZIP archives for the tests, written byte by byte so that their names can be anything.
import zlib from 'node:zlib';

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

const checksum = (bytes) => {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
};

/** An archive of entries `{ name, bytes, flags }`; flag 1 says that one is locked. */
export function zip(entries) {
  const local = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes, flags = 0 } of entries) {
    const path = Buffer.from(name);
    const packed = zlib.deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    [20, flags, 8, 0, 0].forEach((field, place) => shared.writeUInt16LE(field, 2 * place));
    [checksum(bytes), packed.length, bytes.length].forEach((field, place) => shared.writeUInt32LE(field, 10 + 4 * place));
    shared.writeUInt16LE(path.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    local.push(Buffer.from('PK\x03\x04'), shared, path, packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), shared, tail, path);
    offset += 30 + path.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, listed, end]);
}
