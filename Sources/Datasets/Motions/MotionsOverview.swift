import Files
import Foundation

extension Motions {
    /// The content of `digest.json`: which clips a folder holds and what they showed before they were encoded.
    public struct Overview: Sendable, Equatable {
        /// One clip.
        public struct Entry: Sendable, Equatable {
            /// The file below the folder.
            public let video: String
            /// `Clip.contentDigest`.
            public let digest: String
            /// The size of the file.
            public let bytes: Int
        }

        /// `Motions.version` when the set was made.
        public let version: Int
        /// How many clips there are.
        public let count: Count
        /// The clips in the order of `Motions.clips`.
        public let clips: [Entry]

        /// SHA-256 of the lines `digest  video` of all clips: one value for all pictures and sounds.
        public var digest: String {
            var digest = SHA256()
            for clip in clips { digest.update("\(clip.digest)  \(clip.video)\n") }
            return digest.finish()
        }

        /// The file's name.
        static let fileName = "digest.json"

        /// What `count` and `version` say, for messages.
        static func text(version: Int, count: Count) -> String {
            "version \(version) of motions with \(count.train) training and \(count.test) test clips"
        }

        /// Reads the overview in `folder`. Throws `.notMotions` where there is none.
        init(folder: String) throws(Failure) {
            let json: JSON
            do throws(FileError) {
                json = try JSON(contentsOf: "\(folder)/\(Self.fileName)")
            } catch {
                if case .missing = error { throw .notMotions(folder: folder) }
                throw .file(error)
            }
            guard let version = json["version"]?.integerValue, let train = json["train"]?.integerValue,
                let test = json["test"]?.integerValue, let entries = json["clips"]?.arrayValue, train >= 0, test >= 0
            else { throw .damaged(folder: folder, file: Self.fileName) }
            self.version = version
            count = Count(train: train, test: test)
            clips = entries.compactMap { entry in
                guard let video = entry["video"]?.stringValue, let digest = entry["digest"]?.stringValue,
                    let bytes = entry["bytes"]?.integerValue
                else { return nil }
                return Entry(video: video, digest: digest, bytes: bytes)
            }
            guard clips.count == count.total, json["digest"]?.stringValue == digest else {
                throw .damaged(folder: folder, file: Self.fileName)
            }
        }

        init(count: Count, clips: [Entry]) {
            version = Motions.version
            self.count = count
            self.clips = clips
        }

        var json: JSON {
            .object([
                ("version", .integer(version)), ("train", .integer(count.train)), ("test", .integer(count.test)),
                ("digest", .string(digest)),
                (
                    "clips",
                    .array(
                        clips.map {
                            .object([("video", .string($0.video)), ("digest", .string($0.digest)), ("bytes", .integer($0.bytes))])
                        })
                ),
            ])
        }
    }
}
