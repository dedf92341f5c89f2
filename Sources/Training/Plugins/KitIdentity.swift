internal import CPlugin
import Datasets
import Files
import Foundation

/// What a plugin must have been built against to share types with this kit.
public struct KitIdentity: Sendable, Equatable {
    /// The version of what a plugin and the host say to each other. Raised when a requirement of `Method` changes.
    public let interface: Int
    /// The version of the kit.
    public let version: String
    /// The compiler that built the kit, in its own words.
    public let compiler: String
    /// `debug` or `release`.
    public let configuration: String
    /// SHA-256 over the kit's compiled module files: everything that fixes the layout of its types.
    public let layout: String

    /// The version of the interface.
    public static let interfaceVersion = 1

    /// The modules of the kit that plugins see.
    static let modules = ["Augment", "Backends", "Datasets", "Files", "Media", "Networks", "Tensor", "Training"]

    /// The kit of this process. Throws `PluginError.noModules` where its module files are not beside it.
    public static func own() throws(PluginError) -> KitIdentity { try measured.get() }

    /// The kit of a process does not change: its modules are read once.
    private static let measured = Result { () throws(PluginError) in try measure() }

    private static func measure() throws(PluginError) -> KitIdentity {
        let folder = KitLocation.own.modulesPath
        var digest = SHA256(), compiler: String?
        for module in modules {
            guard let bytes = try? FileReader.bytes(of: "\(folder)/\(module).swiftmodule") else {
                throw .noModules(folder: folder)
            }
            digest.update(module)
            digest.update(bytes)
            compiler = compiler ?? compilerVersion(inModule: bytes)
        }
        return KitIdentity(
            interface: interfaceVersion, version: KitVersion.text, compiler: compiler ?? "unknown",
            configuration: ownConfiguration,
            layout: digest.finish())
    }

    private static var ownConfiguration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// A compiled module begins with the version of its compiler: `6.3.1(...)/Swift version 6.3.1 (swift-6.3.1-RELEASE)`.
    private static func compilerVersion(inModule bytes: [UInt8]) -> String? {
        let mark = Array("Swift version ".utf8), head = bytes.prefix(65_536)
        guard let start = head.indices.first(where: { head[$0...].starts(with: mark) }) else { return nil }
        let text = head[start...].prefix { (0x20...0x7E).contains($0) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Where the parts of this installation are: a clone's build folder, or what `tools/install` made.
public struct KitLocation: Sendable {
    /// The folder of `libSemisupKit.so`.
    public let libraryFolder: String

    /// Of the kit in this process.
    public static let own = KitLocation(libraryFolder: libraryFolder)

    private static var libraryFolder: String {
        // An address inside the kit: that of the function which looks for it.
        let anchor: @convention(c) () -> Void = {}
        let path = plugin_library_of(unsafeBitCast(anchor, to: UnsafeRawPointer.self)).map { String(cString: $0) } ?? ""
        return URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
    }

    /// Whether this is an installation rather than a build folder.
    public var isInstalled: Bool { FileManager.default.fileExists(atPath: libraryFolder + "/semisup/modules") }
    /// Compiled modules of the kit.
    public var modulesPath: String { libraryFolder + (isInstalled ? "/semisup/modules" : "/Modules") }
    /// Plugins that belong to the kit.
    public var pluginsPath: String { libraryFolder + (isInstalled ? "/semisup/plugins" : "/plugins") }
    /// Where the template of new plugins may be.
    var templatePaths: [String] {
        let home = ProcessInfo.processInfo.environment["SEMISUP_HOME"].map { [$0 + "/tools/template"] } ?? []
        return home + [libraryFolder + "/../share/semisup/template", libraryFolder + "/../../../tools/template"]
    }
    /// The kit itself.
    public var libraryPath: String { libraryFolder + "/libSemisupKit.so" }

    /// What a run records of the kit: the same text means the same sources, or the same build where those are not known.
    var code: String {
        // Written by the scripts after each build: the digests of the sources and of the library that was made of them.
        let note = libraryFolder + (isInstalled ? "/semisup/kit-sources" : "/kit-sources")
        guard let built = Self.modificationTime(of: libraryPath) else { return "unknown" }
        let digests = ((try? FileReader.text(of: note)) ?? "").split(separator: "\n")
        // A note that is younger than the library is about this one; else the bytes tell.
        guard digests.count == 2,
            Self.modificationTime(of: note) ?? 0 >= built
                || (try? SHA256.hexadecimal(of: FileReader.bytes(of: libraryPath))) == String(digests[1])
        else { return "built at \(built)" }
        return "sources sha256:\(digests[0])"
    }

    /// In nanoseconds since 1970; nil where there is no file.
    private static func modificationTime(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    }
}
