import Files
import Foundation
import Media

/// Every file of a data set read and decoded from its first byte to its last: `data verify`.
public struct VideoVerification: Sendable {
    /// One file.
    public struct File: Sendable, Equatable {
        /// Where it is, from the folder of the data set where it is below that.
        public let name: String
        /// SHA-256 of its bytes, 64 hexadecimal digits; nil where it could not be read.
        public let digest: String?
        /// What is wrong with it; nil where nothing is.
        public let problem: String?
    }

    /// The files in the order of the data set.
    public let files: [File]

    /// Reads all files of `dataSet`, `threads` at a time; `progress` is told on the calling thread.
    public init(
        _ dataSet: DataSet, threads: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        let root = dataSet.root.hasSuffix("/") ? dataSet.root : dataSet.root + "/"
        files = ParallelWork<String, File>.outcomes(of: dataSet.videoPaths, threads: threads, progress: progress) {
            { path in File(path, name: path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path) }
        }.compactMap(\.self)
    }

    /// The files that something is wrong with.
    public var damaged: [File] { files.filter { $0.problem != nil } }

    /// One line a file that could be read, as `sha256sum` writes and checks them.
    public var manifest: String {
        files.compactMap { file in file.digest.map { FileManifest.line(digest: $0, name: file.name) } }.joined()
    }

    /// The same files with what differs from `manifest`: another content, a file that it does not name.
    ///
    /// Files that only the manifest names come last.
    public func compared(with manifest: FileManifest) -> VideoVerification {
        let names = Set(files.map { Paths.normalised($0.name) })
        let compared = files.map { file in
            let expected = manifest.digests[Paths.normalised(file.name)]
            let difference =
                if expected == nil { "is not in the manifest" } else if expected != file.digest {
                    "has another content than in the manifest"
                } else { String?.none }
            return File(name: file.name, digest: file.digest, problem: file.problem ?? difference)
        }
        let absent = manifest.digests.keys.filter { !names.contains($0) }.sorted()
        return VideoVerification(
            files: compared + absent.map { File(name: $0, digest: nil, problem: "is in the manifest alone") })
    }

    private init(files: [File]) { self.files = files }
}

extension VideoVerification.File {
    fileprivate init(_ path: String, name: String) {
        var digest: String?, problem: String?
        do throws(FileError) {
            digest = try SHA256.hexadecimal(ofFile: path)
            problem = VideoVerification.File.problem(ofVideo: path)
        } catch {
            problem = error.description
        }
        self.init(name: name, digest: digest, problem: problem)
    }

    private static func problem(ofVideo path: String) -> String? {
        do throws(MediaError) {
            return try VideoReader(path: path).examine().problem
        } catch {
            return error.description
        }
    }
}
