import Files
import Foundation
import Media

extension Motions {
    /// Makes the set in `folder`, which must not exist (an empty folder may).
    ///
    /// The files are written to a private sibling folder, which gets its name when all is done: a half-made set never counts, and a
    /// killed run's leftovers are removed by the next. Of two processes at once, the slower uses what the faster made.
    /// - Parameters:
    ///   - folder: where the set will be.
    ///   - count: how many clips.
    ///   - threads: how many threads draw and encode; the content does not depend on it.
    ///   - progress: told how many of all clips are done, on the calling thread.
    /// Throws `Failure`; nothing that existed is touched. A full set whose digest is not `contentDigest` is not kept.
    @discardableResult
    public static func make(
        at folder: String, count: Count = .full, threads: Int = min(8, ProcessInfo.processInfo.activeProcessorCount),
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(Failure) -> Overview {
        let folder = URL(fileURLWithPath: folder).path
        guard isFree(folder) else { throw .file(.exists(path: folder)) }
        var workshop = try PrivateFolder(for: folder)
        for split in Split.allCases {
            for motion in Motion.allCases { try createFolder("\(workshop.path)/\(split.rawValue)/\(motion.rawValue)") }
        }
        let clips = clips(count)
        let entries = try write(clips, to: workshop.path, threads: threads, progress: progress)
        let overview = Overview(count: count, clips: entries)
        guard count != .full || overview.digest == contentDigest else {
            let reason = "this machine draws other clips (digest \(overview.digest), expected \(contentDigest)); please report it"
            throw .differs(file: "\(folder)/\(Overview.fileName)", reason: reason)
        }
        do throws(FileError) {
            try writeTexts(of: clips, overview, to: workshop.path)
        } catch {
            throw .file(error)
        }
        if try workshop.publish() { return overview }
        return try check(folder, count: count)
    }

    private static func isFree(_ folder: String) -> Bool {
        guard access(folder, F_OK) == 0 else { return true }
        return (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty ?? false
    }

    private static func writeTexts(of clips: [Clip], _ overview: Overview, to folder: String) throws(FileError) {
        let rows = clips.map { "\($0.relativePath),\($0.motion.rawValue),\($0.split.rawValue),\($0.stem)\n" }
        try AtomicFile.write("video,label,split,group\n" + rows.joined(), to: "\(folder)/list.csv")
        try AtomicFile.write(to: "\(folder)/questions.jsonl") { writer throws(FileError) in
            for clip in clips {
                for question in clip.questions() { try writer.append((question.json(about: clip).serialized() + "\n").utf8) }
            }
        }
        try AtomicFile.write(readme, to: "\(folder)/README.txt")
        try AtomicFile.write(overview.json.serialized(indented: true) + "\n", to: "\(folder)/\(Overview.fileName)")
    }

    private static let readme = """
        The data set "motions" of semisup, version \(version): clips of 2 seconds in ten classes that only motion tells apart.
        It is synthetic and not a benchmark: it was shaped until a semi-supervised method could show itself in minutes.

        train/<class>/*.mp4, test/<class>/*.mp4   H.264 with B-frames, \(side) x \(side), \(frameRate) pictures a second; AAC, mono, \
        \(sampleRate) Hz
        list.csv          video,label,split,group
        questions.jsonl   four questions a clip with five answers each; "answer" is the place of the right one, from 0
        digest.json       SHA-256 of the pictures and sound of each clip before encoding, and of all of them

        The tone in each clip follows the motion: pitch the height and angle of the object, loudness its size and its distance
        from the middle; a hum, noise and beeps do not. This folder is a cache: remove it and it is made anew.

        """

    /// One keyframe, then a P-frame at every fourth picture, and between them three B-frames that nothing refers to. Clips are
    /// decoded tens of thousands of times in a run.
    static var videoOptions: VideoWriter.Options {
        var options = VideoWriter.Options()
        options.constantRateFactor = 23
        options.groupOfPictures = frameCount
        options.consecutiveBFrames = 3
        options.isQuickToDecode = true
        return options
    }
}

extension Motions.Question {
    /// The line in `questions.jsonl`.
    func json(about clip: Motions.Clip) -> JSON {
        .object([
            ("id", .string("\(clip.stem)-\(kind.rawValue)")), ("video", .string(clip.relativePath)),
            ("split", .string(clip.split.rawValue)), ("kind", .string(kind.rawValue)), ("question", .string(text)),
            ("answers", .array(answers.map { .string($0) })), ("answer", .integer(answer)),
        ])
    }
}

extension Motions {
    /// Draws and encodes `clips` into `folder`. Throws the first failure.
    private static func write(
        _ clips: [Clip], to folder: String, threads: Int, progress: (Int, Int) -> Void
    ) throws(Failure) -> [Overview.Entry] {
        let outcomes = ParallelWork<Clip, Result<Overview.Entry, Failure>>.outcomes(
            of: clips, threads: threads, until: { if case .failure = $0 { true } else { false } }, progress: progress
        ) {
            var renderer = Renderer()
            return { clip in Result { () throws(Failure) in try write(clip, with: &renderer, to: folder) } }
        }
        var entries: [Overview.Entry] = []
        for case let outcome? in outcomes { entries.append(try outcome.get()) }
        return entries
    }

    private static func write(
        _ clip: Motions.Clip, with renderer: inout Motions.Renderer, to folder: String
    ) throws(Motions.Failure) -> Motions.Overview.Entry {
        let pictures = renderer.pictures(of: clip.scene)
        let sound = clip.sound()
        let path = "\(folder)/\(clip.relativePath)"
        do throws(VideoWriterError) {
            let writer = try VideoWriter(
                path: path, width: Motions.side, height: Motions.side, frameRate: .init(Motions.frameRate),
                sound: .init(sampleRate: Motions.sampleRate, bitRate: 24_000), options: Motions.videoOptions)
            let pictureSize = Motions.side * Motions.side * 3
            let soundSize = Motions.sampleCount / Motions.frameCount
            for frame in 0..<Motions.frameCount {
                try writer.append(picture: pictures[frame * pictureSize..<(frame + 1) * pictureSize])
                try writer.append(sound: sound[frame * soundSize..<(frame + 1) * soundSize].map { Float($0) * 0x1p-15 })
            }
            try writer.finish()
        } catch {
            throw .video(error)
        }
        let digest = Motions.Clip.digest(pictures: pictures, sound: sound)
        return .init(video: clip.relativePath, digest: digest, bytes: Motions.fileSize(path) ?? 0)
    }
}
