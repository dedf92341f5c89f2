import Files
import Foundation

/// Subtitles in SubRip files: a number, `00:00:01,500 --> 00:00:03,250`, lines of text, a blank line.
enum SubRip {
    /// The contexts of the clips whose files `<clip>.srt` are in `folder`.
    static func contexts(inFolder folder: String) throws -> ClipContexts {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".srt") }.sorted()
        } catch {
            throw FileError.system(path: folder, operation: "list the folder", code: EACCES)
        }
        guard !names.isEmpty else { throw QuestionError.nothing(path: folder, expected: "files of subtitles, <clip>.srt") }
        var contexts = ClipContexts()
        for name in names {
            let context = ClipContext(subtitles: try subtitles("\(folder)/\(name)"))
            _ = contexts.add(context, for: String(name.dropLast(4)))
        }
        return contexts
    }

    /// The subtitles of one file, which is read as UTF-8 or, where it is not, as Latin-1.
    static func subtitles(_ path: String) throws -> [Subtitle] {
        let bytes = try FileReader.bytes(of: path)
        let text = String(validating: bytes, as: UTF8.self) ?? String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
        let lines = TextLines.lines(of: text)
        var subtitles: [Subtitle] = []
        var place = 0
        while place < lines.count {
            let line = lines[place]
            place += 1
            guard line.text.contains("-->") else { continue }
            guard let (begin, end) = times(line.text) else {
                throw QuestionError.subtitles(
                    path: path, line: line.number,
                    reason: "found \"\(line.text)\", expected two times such as 00:00:01,500 --> 00:00:03,250")
            }
            let said = lines[place...].prefix { !$0.text.trimmed.isEmpty && !$0.text.contains("-->") }
            place += said.count
            let spoken = SpokenText(said.map(\.text).joined(separator: "\n"))
            if !spoken.text.isEmpty {
                subtitles.append(Subtitle(begin: begin, end: end, text: spoken.text, speaker: spoken.speaker))
            }
        }
        return subtitles
    }

    private static func times(_ line: String) -> (begin: Double, end: Double)? {
        let parts = line.split(separator: "-->", omittingEmptySubsequences: false).map { seconds($0.trimmed) }
        guard parts.count == 2, let begin = parts[0], let end = parts[1] else { return nil }
        return (begin, end)
    }

    /// The seconds of `01:02:03,500`.
    private static func seconds(_ time: String) -> Double? {
        let parts = time.replacing(",", with: ".").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hours = Int(parts[0]), let minutes = Int(parts[1]), let seconds = Double(parts[2]),
            hours >= 0, minutes >= 0, seconds.isFinite, seconds >= 0
        else { return nil }
        return Double(hours) * 3_600 + Double(minutes) * 60 + seconds
    }
}
