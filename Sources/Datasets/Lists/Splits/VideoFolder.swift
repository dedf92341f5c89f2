import Files
import Glibc

/// All videos below a folder, by `Class/stem`: the class is the folder that holds the video.
///
/// Goes four folders deep, so that `UCF-101/<class>`, `train/<class>` and the like are found; links are followed, a
/// folder that links lead to twice is read once.
struct VideoFolder {
    /// Path and name of every video, sorted by path.
    private(set) var videos: [(name: String, path: String)] = []
    private(set) var findings = ScanFindings()
    private var visited: Set<[UInt64]> = []

    static let depth = 4

    /// Throws `noVideo` where there is none, `file` where the folder cannot be read.
    init(_ root: String) throws(DataSetError) {
        try scan(root, depth: VideoFolder.depth)
        guard !videos.isEmpty else { throw .noVideo(path: root, otherFiles: findings.otherFiles.count) }
    }

    private mutating func scan(_ path: String, depth: Int) throws(DataSetError) {
        var status = stat()
        guard stat(path, &status) != 0 || visited.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted else { return }
        let listing = try FolderListing(path)
        findings.add(listing, path: path, foldersAreUsed: depth > 0)
        let className = Paths.lastComponent(Paths.absolute(path))
        for file in listing.files where VideoFile.isVideo(file) {
            videos.append((name: "\(className)/\(VideoFile.stem(file))", path: Paths.join(path, file)))
        }
        guard depth > 0 else { return }
        for folder in listing.folders { try scan(Paths.join(path, folder), depth: depth - 1) }
    }
}
