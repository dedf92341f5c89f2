import Files
import Foundation

/// A page of sections in one file that needs no other: styles, script and pictures are in it, and its policy forbids everything else.
struct Page {
    /// What stands below one heading.
    struct Section {
        /// What links lead to.
        let id: String
        let title: String
        let parts: [any PagePart]
    }

    let title: String
    /// What stands beside the title in small.
    let subtitle: String
    let sections: [Section]

    /// What the template `page` writes.
    private struct Document {
        struct Section {
            let id: String, heading: String
            let parts: [String]
        }

        let title: String, subtitle: String, version: String
        let style: String, script: String, styleDigest: String, scriptDigest: String
        let sections: [Section]
    }

    /// The page as HTML. Throws where a template is no Mustache, which its tests would have told.
    func html(version: String) throws -> String {
        let templates = try Templates()
        let document = Document(
            title: title, subtitle: subtitle, version: version, style: Templates.style, script: Templates.script,
            styleDigest: Self.digest(of: Templates.style), scriptDigest: Self.digest(of: Templates.script),
            sections: sections.map { section in
                Document.Section(id: section.id, heading: section.title, parts: section.parts.map(templates.render))
            })
        return templates.render(document, .page)
    }

    /// SHA-256 as a content security policy writes it.
    private static func digest(of text: String) -> String {
        let digits = Array(SHA256.hexadecimal(of: text))
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return Data(bytes).base64EncodedString()
    }
}

extension Page {
    /// What every page has near its beginning.
    private static let mark = "<meta name=\"generator\" content=\"semisup "

    /// Writes `html` to `path`, in place of an earlier page of semisup's. Throws `FileError.exists` where there is something else.
    static func write(_ html: String, to path: String) throws(FileError) {
        guard isOwn(path) else { return try NewFile.write(html, to: path) }
        try AtomicFile.write(html, to: path)
    }

    private static func isOwn(_ path: String) -> Bool {
        guard let bytes = try? FileReader.bytes(of: path) else { return false }
        return String(decoding: bytes.prefix(4096), as: UTF8.self).contains(mark)
    }
}
