/// The checksum CRC-32C, by Castagnoli's polynomial.
public enum CRC32C {
    /// The checksum of `bytes`.
    public static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    /// The checksum as files of records hold it: turned and moved, since that of bytes which hold checksums says little.
    public static func masked(of bytes: some Sequence<UInt8>) -> UInt32 {
        let checksum = checksum(of: bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
    }

    /// What each byte does to a checksum: the remainder of its eight bits, least significant first.
    private static let table = (UInt32(0)..<256).map { byte in
        (0..<8).reduce(byte) { (rest: UInt32, _) -> UInt32 in rest >> 1 ^ (rest & 1) &* 0x82f6_3b78 }
    }
}
