/// Which clips come from one source, read off the names of the well-known data sets (protocol card, sections 1 and 8).
///
/// | names | group |
/// |---|---|
/// | UCF101 `v_Class_gNN_cNN` | `Class/v_Class_gNN` |
/// | HMDB51 `<film>_<class>_<u>_<cm>_np1_<fr>_<med>_7` | `Class/<film>`: what stands before the class word |
/// | Kinetics `<id>_000012_000022` | `Class/<id>`: the first 11 characters |
///
/// Any other name has no group; a list can give one in its column `group`.
public enum GroupKey {
    /// Which of the rules applied.
    public enum Rule: String, Sendable, CaseIterable {
        case ucf101 = "UCF101"
        case hmdb51 = "HMDB51"
        case kinetics = "Kinetics"
    }

    /// The group of the clip `Class/stem`, with the rule that found it, or nil.
    public static func recognise(className: String, stem: String) -> (group: String, rule: Rule)? {
        if let group = ucf101(stem) { return ("\(className)/\(group)", .ucf101) }
        if let id = kineticsIdentifier(stem) { return ("\(className)/\(id)", .kinetics) }
        if let film = hmdb51(stem, className: className) { return ("\(className)/\(film)", .hmdb51) }
        return nil
    }

    /// The YouTube identifier of `<id>_000012_000022`: 11 characters and two times of six digits.
    static func kineticsIdentifier(_ stem: String) -> String? {
        let bytes = Array(stem.utf8)
        guard bytes.count == 25, bytes[11] == UInt8(ascii: "_"), bytes[18] == UInt8(ascii: "_"),
            (bytes[12..<18] + bytes[19..<25]).allSatisfy(isDigit)
        else { return nil }
        return String(decoding: bytes[..<11], as: UTF8.self)
    }

    /// `v_x_g03` of `v_x_g03_c01`.
    private static func ucf101(_ stem: String) -> String? {
        let parts = stem.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == "v", isNumbered(parts[parts.count - 1], "c"), isNumbered(parts[parts.count - 2], "g")
        else { return nil }
        return parts.dropLast().joined(separator: "_")
    }

    /// `film` of `film_class_f_cm_np1_ba_bad_10`.
    private static func hmdb51(_ stem: String, className: String) -> String? {
        let parts = stem.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count >= 8 else { return nil }
        let tail = parts.suffix(6).map(String.init)
        guard ["h", "u", "f", "l"].contains(tail[0]), ["cm", "nm"].contains(tail[1]), tail[2].hasPrefix("np"),
            ["fr", "ba", "le", "ri"].contains(tail[3]), ["goo", "med", "bad"].contains(tail[4]),
            !tail[5].isEmpty, tail[5].utf8.allSatisfy(isDigit)
        else { return nil }
        let head = parts.dropLast(6).joined(separator: "_")
        guard head.hasSuffix("_\(className)") else { return nil }
        return String(head.dropLast(className.count + 1))
    }

    private static func isNumbered(_ part: Substring, _ letter: Character) -> Bool {
        part.count >= 2 && part.first == letter && part.dropFirst().utf8.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
