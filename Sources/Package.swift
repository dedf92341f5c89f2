// swift-tools-version: 6.2
import PackageDescription

// Heavy C is optimised in debug builds too; each kernel chooses its instruction set at run time.
// Contraction stays within a statement, so that a kernel set means the same arithmetic on every machine.
let optimised: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])]
let optimisedCXX: [CXXSetting] = [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])]
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// A Swift module of the kit; `uses` names the modules below it, `embeds` a folder whose files are compiled in.
func module(_ name: String, uses: [Target.Dependency], exclude: [String] = [], embeds: String? = nil) -> Target {
    .target(
        name: name, dependencies: uses, path: name, exclude: exclude, resources: embeds.map { [.embedInCode($0)] },
        swiftSettings: settings)
}

let package = Package(
    name: "SemisupKit",
    products: [
        .library(
            name: "SemisupKit", type: .dynamic,
            targets: ["Sweeps", "Training", "Ranks", "Networks", "Datasets", "Augment", "Media", "Tensor", "Backends", "Files"])
    ],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    ],
    targets: [
        module(
            "Sweeps",
            uses: [
                "Training", "Datasets", "Media", "Tensor", "Files", .product(name: "Yams", package: "Yams"),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Mustache", package: "swift-mustache"),
            ],
            embeds: "Reports/Templates"),
        module(
            "Training",
            uses: [
                "Ranks", "Networks", "Datasets", "Augment", "Media", "Tensor", "Backends", "Files", "CPlugin",
                .product(name: "Yams", package: "Yams"), .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ], exclude: ["Methods/FixMatch/Recipes"]),
        module("Ranks", uses: ["Tensor", "Backends", "Files", "CMPI"]),
        module("Networks", uses: ["Tensor", "Files", .product(name: "SwiftProtobuf", package: "swift-protobuf")]),
        module("Datasets", uses: ["Augment", "Media", "Tensor", "CKernels", "Files"]),
        module("Augment", uses: ["Media", "Tensor", "CKernels", "Files"]),
        module("Media", uses: ["CKernels", "CMedia", "Files"]),
        module("Tensor", uses: ["Backends", "CKernels", "Files"]),
        module("Backends", uses: ["CKernels", "COneDNN", "Files"], exclude: ["README.md"]),
        module("Files", uses: ["CCrash", "CJSON", "CMedia"]),
        .target(name: "CKernels", path: "CKernels", cSettings: optimised),
        .target(name: "CMPI", path: "CMPI", cSettings: optimised),
        .target(name: "COneDNN", path: "COneDNN", cxxSettings: optimisedCXX),
        .target(name: "CMedia", path: "CMedia", cSettings: optimised),
        .target(name: "CCrash", path: "CCrash", cSettings: optimised),
        .target(name: "CPlugin", path: "CPlugin", cSettings: optimised),
        .target(name: "CJSON", path: "CJSON", cSettings: optimised, linkerSettings: [.linkedLibrary("json-c")]),
    ],
    cxxLanguageStandard: .cxx17
)
