import Files

/// One line of a published list.
public struct ListedClip: Sendable, Equatable {
    /// The class: the folder of the video, or the column that names it.
    public let className: String
    /// The video's name without folder and extension.
    public let stem: String
    /// The label number, or nil where the list has none.
    public let number: Int?
    /// The number of frames, in rawframes lists.
    public let frameCount: Int?
    /// The group, where the list or the data set tells it.
    public let group: String?
    /// The line, from 1.
    public let line: Int

    /// A line; see the properties.
    public init(
        className: String, stem: String, number: Int? = nil, frameCount: Int? = nil, group: String? = nil, line: Int
    ) {
        self.className = className
        self.stem = stem
        self.number = number
        self.frameCount = frameCount
        self.group = group
        self.line = line
    }

    /// The clip called `Class/stem`.
    public init(name: String, group: String? = nil, line: Int) {
        let slash = name.lastIndex(of: "/")
        self.init(
            className: slash.map { String(name[..<$0]) } ?? "",
            stem: slash.map { String(name[name.index(after: $0)...]) } ?? name,
            group: group, line: line)
    }

    /// The clip of a data set with these classes.
    public init(_ sample: VideoSample, classes: ClassList) {
        guard let label = sample.label, sample.name.hasPrefix("\(classes[label])/") else {
            self.init(name: sample.name, group: sample.group, line: sample.index + 1)
            return
        }
        let stem = String(sample.name.dropFirst(classes[label].count + 1))
        self.init(className: classes[label], stem: stem, group: sample.group, line: sample.index + 1)
    }

    /// `Class/stem`.
    public var name: String { "\(className)/\(stem)" }

    /// The label number that most clips of each class have; the smaller of two that are as frequent.
    static func usualNumbers(_ clips: [ListedClip]) -> [String: Int] {
        var counts: [String: [Int: Int]] = [:]
        for clip in clips { if let number = clip.number { counts[clip.className, default: [:]][number, default: 0] += 1 } }
        return counts.compactMapValues { $0.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key }
    }

    /// Clips whose label number is not the usual one of their class: the name and the number contradict each other.
    static func misnumbered(_ clips: [ListedClip]) -> [ListedClip] {
        let usual = usualNumbers(clips)
        return clips.filter { $0.number != nil && $0.number != usual[$0.className] }
    }
}

/// A split list in one of the formats that papers and their code use.
public struct PublishedList: Sendable, Equatable {
    /// How a line reads.
    public enum Format: String, Sendable, CaseIterable {
        /// `Class/video.avi` (UCF101 testlist).
        case video
        /// `Class/video.avi label` (UCF101 trainlist, numbers from 1; `videos` lists, numbers from 0).
        case videoAndLabel
        /// `Class/video.avi ClassName label`.
        case videoClassAndLabel
        /// `Class/video frameCount label`.
        case rawframes
        /// CSV `label,youtube_id,time_start,time_end,split`.
        case kinetics
        /// One file a class, `video.avi 0|1|2`.
        case hmdb51
    }

    /// How the label numbers of a list relate to a class index.
    public enum Numbering: String, Sendable {
        /// The list has no numbers.
        case none
        /// The numbers are the index.
        case fromZero
        /// The numbers are the index plus one, as in UCF101's own lists.
        case fromOne
        /// Anything else; the names decide.
        case ownOrder
    }

    /// The file or folder it was read from.
    public let source: String
    /// How its lines read.
    public let format: Format
    /// The clips in the order of the list.
    public let clips: [ListedClip]

    init(source: String, format: Format, clips: [ListedClip]) {
        self.source = source
        self.format = format
        self.clips = clips
    }

    /// Reads a list in any format but `hmdb51`; the first line decides which, every other line must follow it.
    ///
    /// Throws `malformedList` and `field` with the line.
    public init(contentsOf path: String) throws(DataSetError) {
        let text = try TextLines.text(of: path)
        let lines = TextLines.lines(of: text).filter { !$0.text.trimmed.isEmpty }
        guard let first = lines.first else { throw .malformedList(path: path, line: nil, reason: "an empty list") }
        if first.text.lowercased().hasPrefix("label,youtube_id,") {
            self.init(source: path, format: .kinetics, clips: try PublishedList.kinetics(text, path: path))
            return
        }
        guard let format = PublishedList.format(of: PublishedList.withBlankBeforeLabel(first.text.trimmed)) else {
            throw .malformedList(
                path: path, line: first.number,
                reason: "expected `Class/video.avi [ClassName] [label]`, `Class/video frames label` or a Kinetics CSV")
        }
        var clips: [ListedClip] = []
        for line in lines { clips.append(try PublishedList.clip(line, format, path)) }
        _ = try PublishedList.numbers(of: clips, path: path)
        self.init(source: path, format: format, clips: clips)
    }

    /// How the numbers relate to `classes`. Throws `malformedList` where a class is not among them.
    public func numbering(against classes: ClassList) throws(DataSetError) -> Numbering {
        var offsets: Set<Int> = []
        let numbers = try PublishedList.numbers(of: clips, path: source)
        for clip in clips {
            guard let label = classes.index(of: clip.className) else {
                let nearest = NearestName.likely(clip.className, among: classes.names)
                throw .malformedList(
                    path: source, line: clip.line,
                    reason: "unknown class \(clip.className)" + (nearest.map { ", did you mean \($0)?" } ?? ""))
            }
            if let number = numbers[clip.className] { offsets.insert(number - label) }
        }
        return offsets.isEmpty ? .none : offsets == [0] ? .fromZero : offsets == [1] ? .fromOne : .ownOrder
    }

    // MARK: Lines

    /// The lines as `Class/video.avi label`, without the folders before the class and with a blank before the label.
    static func plainLines(_ lines: [TextLines.Line]) -> String {
        lines.map { line in
            withBlankBeforeLabel(line.text.trimmed).split(separator: "/").suffix(2).joined(separator: "/") + "\n"
        }.joined()
    }

    /// `video.avi,3` as `video.avi 3`.
    private static func withBlankBeforeLabel(_ line: String) -> String {
        guard let comma = line.utf8.lastIndex(of: UInt8(ascii: ",")), Int(line[line.index(after: comma)...].trimmed) != nil else {
            return line
        }
        return line[..<comma].trimmed + " " + line[line.index(after: comma)...].trimmed
    }

    private static func format(of line: String) -> Format? {
        let fields = line.split(separator: " ").map(String.init)
        guard fields.count > 1, Int(fields[fields.count - 1]) != nil else { return line.contains("/") ? .video : nil }
        let rest = fields.dropLast()
        if rest.count > 1, Int(rest[rest.count - 1]) != nil, !VideoFile.isVideo(rest[rest.count - 1]) { return .rawframes }
        if rest.count > 1, VideoFile.isVideo(rest.dropLast().joined(separator: " ")) { return .videoClassAndLabel }
        return .videoAndLabel
    }

    /// Fields are taken from the right: names of videos may hold spaces.
    private static func clip(_ line: TextLines.Line, _ format: Format, _ path: String) throws(DataSetError) -> ListedClip {
        var rest = withBlankBeforeLabel(line.text.trimmed)[...]
        func last() -> String {
            guard let blank = rest.utf8.lastIndex(of: UInt8(ascii: " ")) else { return "" }
            defer { rest = rest[..<blank] }
            return String(rest[rest.index(after: blank)...])
        }
        func number(_ column: String) throws(DataSetError) -> Int {
            let field = last()
            guard let value = Int(field), value >= 0 else {
                throw .field(list: path, line: line.number, column: column, found: field, expected: "a whole number")
            }
            return value
        }
        let label = format == .video ? nil : try number("label")
        let frames = format == .rawframes ? try number("frame count") : nil
        let className = format == .videoClassAndLabel ? last() : nil
        let parts = rest.split(separator: "/").map(String.init)
        guard parts.count >= 2 else {
            throw .field(list: path, line: line.number, column: "video", found: String(rest), expected: "Class/video")
        }
        if let className, className != parts[parts.count - 2] {
            throw .field(
                list: path, line: line.number, column: "class", found: className,
                expected: "the folder of the video, \(parts[parts.count - 2])")
        }
        return ListedClip(
            className: parts[parts.count - 2], stem: VideoFile.stem(parts[parts.count - 1]), number: label, frameCount: frames,
            line: line.number)
    }

    /// The number that most clips of a class have. Throws where two classes share one.
    private static func numbers(of clips: [ListedClip], path: String) throws(DataSetError) -> [String: Int] {
        let numbers = ListedClip.usualNumbers(clips)
        var names: [Int: String] = [:]
        for clip in clips {
            guard let number = numbers[clip.className] else { continue }
            let name = names.updateValue(clip.className, forKey: number) ?? clip.className
            guard name == clip.className else {
                throw .field(
                    list: path, line: clip.line, column: "label", found: "\(number)",
                    expected: "a number of its own for \(clip.className): \(number) is \(name)")
            }
        }
        return numbers
    }
}

extension PublishedList {
    /// The clips of one split of HMDB51 as published: a folder of files `<class>_test_split<n>.txt` with lines
    /// `video.avi 0|1|2`, 1 for training, 2 for testing, 0 for neither.
    public static func hmdb51(
        folder: String, split: Int
    ) throws(DataSetError) -> (train: PublishedList, test: PublishedList, neither: PublishedList) {
        let ending = "_test_split\(split).txt"
        let files = try FolderListing(folder).files.filter { $0.hasSuffix(ending) }
        guard !files.isEmpty else {
            throw .malformedList(path: folder, line: nil, reason: "no file <class>\(ending) in it")
        }
        var parts: [[ListedClip]] = [[], [], []]
        for file in files {
            let path = Paths.join(folder, file)
            for line in try TextLines.of(path) where !line.text.trimmed.isEmpty {
                let text = line.text.trimmed
                guard let blank = text.lastIndex(of: " "), let part = Int(text[text.index(after: blank)...]),
                    parts.indices ~= part
                else {
                    throw .field(list: path, line: line.number, column: "part", found: text, expected: "video.avi and 0, 1 or 2")
                }
                parts[part].append(
                    ListedClip(
                        className: String(file.dropLast(ending.count)), stem: VideoFile.stem(text[..<blank].trimmed),
                        line: line.number))
            }
        }
        let lists = parts.map { PublishedList(source: folder, format: .hmdb51, clips: $0) }
        return (train: lists[1], test: lists[2], neither: lists[0])
    }

    private static func kinetics(_ text: String, path: String) throws(DataSetError) -> [ListedClip] {
        let table = try DelimitedText(text.utf8, separator: ",", path: path)
        var clips: [ListedClip] = []
        for row in table.rows.dropFirst() {
            guard row.fields.count >= 4 else {
                throw .malformedList(path: path, line: row.line, reason: "expected label,youtube_id,time_start,time_end")
            }
            let times = row.fields[2...3].map { field in Double(field).flatMap { Int(exactly: $0.rounded()) } }
            guard let start = times[0], let end = times[1], start >= 0, end >= 0 else {
                throw .field(
                    list: path, line: row.line, column: "time_start, time_end", found: "\(row.fields[2]), \(row.fields[3])",
                    expected: "seconds")
            }
            clips.append(
                ListedClip(
                    className: row.fields[0], stem: "\(row.fields[1])_\(sixDigits(start))_\(sixDigits(end))", line: row.line))
        }
        return clips
    }

    private static func sixDigits(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 6 - "\(number)".count)) + "\(number)"
    }
}
