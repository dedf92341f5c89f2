import Files
import Glibc

/// The entries of one folder, read byte by byte so that no name can break it, each kind sorted bytewise.
///
/// Links are followed. Hidden entries are left out.
struct FolderListing {
    /// What a path leads to.
    enum Kind: Equatable {
        case folder
        case file
        /// What can be neither listed nor read: a FIFO, a socket, a device.
        case special(String)
        /// `errno` says why: nothing there, a loop of links, no permission.
        case unreachable(Int32)

        /// What it is, where it is no file: `a FIFO`, `a loop of links`; nil where nothing is there.
        var deviation: String? {
            switch self {
            case .file, .unreachable(ENOENT), .unreachable(ENOTDIR): nil
            case .folder: "a folder"
            case .special(let name): name
            case .unreachable(ELOOP): "a loop of links"
            case .unreachable(let code): String(cString: strerror(code))
            }
        }
    }

    /// Names of folders.
    private(set) var folders: [String] = []
    /// Names of regular files.
    private(set) var files: [String] = []
    /// Names that cannot stand in a list, escaped: no UTF-8, or with control characters.
    private(set) var unusable: [String] = []
    /// Names whose target cannot be reached.
    private(set) var unreachable: [String] = []
    /// Names of what is neither a file nor a folder, each with what it is.
    private(set) var special: [String] = []

    /// Reads the folder at `path`. Throws `DataSetError.file` where it is missing, no folder, or may not be read.
    init(_ path: String) throws(DataSetError) {
        guard let stream = opendir(path) else {
            switch errno {
            case ENOENT: throw .file(.missing(path: path))
            case ENOTDIR: throw .file(.notAFolder(path: path))
            default: throw .file(.system(path: path, operation: "read the folder", code: errno))
            }
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            add(bytes, kind: entry.pointee.d_type, in: path)
        }
        guard errno == 0 else { throw .file(.system(path: path, operation: "read the folder", code: errno)) }
        folders.sort(by: precedesBytewise)
        files.sort(by: precedesBytewise)
        unusable.sort()
        unreachable.sort(by: precedesBytewise)
        special.sort(by: precedesBytewise)
    }

    private mutating func add(_ bytes: [UInt8], kind: UInt8, in path: String) {
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }), let name = String(validating: bytes, as: UTF8.self) else {
            unusable.append(Paths.join(path, FolderListing.escaped(bytes)))
            return
        }
        let resolved: Kind =
            switch kind {
            case UInt8(DT_REG): .file
            case UInt8(DT_DIR): .folder
            default: FolderListing.kind(of: Paths.join(path, name))
            }
        switch resolved {
        case .folder: folders.append(name)
        case .file: files.append(name)
        case .special(let kind): special.append("\(Paths.join(path, name)) (\(kind))")
        case .unreachable: unreachable.append(Paths.join(path, name))
        }
    }

    /// What `path` leads to, links followed.
    static func kind(of path: String) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .unreachable(errno) }
        return switch status.st_mode & S_IFMT {
        case S_IFDIR: .folder
        case S_IFREG: .file
        case S_IFIFO: .special("a FIFO")
        case S_IFSOCK: .special("a socket")
        default: .special("a device")
        }
    }

    /// Readable text of any name: bytes outside printable ASCII as `\xHH`.
    private static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            if (0x20..<0x7F).contains(byte) { return String(UnicodeScalar(byte)) }
            return "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// What a scan of folders left out, gathered into notes.
struct ScanFindings {
    var unusable: [String] = []
    var unreachable: [String] = []
    var special: [String] = []
    var otherFiles: [String] = []
    var unusedFolders: [String] = []

    /// Adds what `listing` of the folder `path` could not use.
    mutating func add(_ listing: FolderListing, path: String, foldersAreUsed: Bool) {
        unusable += listing.unusable
        unreachable += listing.unreachable
        special += listing.special
        otherFiles += listing.files.filter { !VideoFile.isVideo($0) }.map { Paths.join(path, $0) }
        if !foldersAreUsed { unusedFolders += listing.folders.map { Paths.join(path, $0) } }
    }

    /// One note for each kind that was found.
    var notes: [DataSetNote] {
        var notes: [DataSetNote] = []
        if !unusable.isEmpty { notes.append(.unusableNames(count: unusable.count, first: Array(unusable.prefix(5)))) }
        if !unreachable.isEmpty { notes.append(.unreachable(count: unreachable.count, first: Array(unreachable.prefix(5)))) }
        if !special.isEmpty { notes.append(.specialFiles(count: special.count, first: Array(special.prefix(5)))) }
        if !otherFiles.isEmpty { notes.append(.otherFiles(count: otherFiles.count, first: Array(otherFiles.prefix(5)))) }
        if !unusedFolders.isEmpty {
            notes.append(.unusedFolders(count: unusedFolders.count, first: Array(unusedFolders.prefix(5))))
        }
        return notes
    }
}
