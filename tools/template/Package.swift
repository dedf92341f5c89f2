// swift-tools-version: 6.2
import PackageDescription

// The folder of libSemisupKit.so. `semisup plugin build` says where that is; what stands here is for editors and `swift test`.
let kit = Context.environment["SEMISUP_KIT"] ?? "KIT-FOLDER"
let modules = ["/semisup/modules", "/semisup/include", "/Modules", "/include"].flatMap { ["-I", kit + $0] }
let swiftSettings: [SwiftSetting] = [.unsafeFlags(modules)]
let linkerSettings: [LinkerSetting] = [
    .unsafeFlags(["-L", kit, "-lSemisupKit", "-Xlinker", "-rpath", "-Xlinker", kit])
]

let package = Package(
    name: "my-method",
    products: [.library(name: "MyMethod", type: .dynamic, targets: ["MyMethod"])],
    targets: [
        .target(name: "MyMethod", swiftSettings: swiftSettings, linkerSettings: linkerSettings),
        .testTarget(
            name: "MyMethodTests", dependencies: ["MyMethod"], swiftSettings: swiftSettings, linkerSettings: linkerSettings),
    ]
)
