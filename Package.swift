// swift-tools-version: 6.2
import Foundation
import PackageDescription

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
let kit: Target.Dependency = .product(name: "SemisupKit", package: "Sources")

/// The methods that come as plugins, each a shared library of its own.
let plugins = ["CMPL", "TemporalGradient", "VideoQA", "XDC"]

/// The files of a plugin's folder that are not compiled.
func recipes(of plugin: String) -> [String] {
    FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Plugins/\(plugin)/Recipes") ? ["Recipes"] : []
}

/// The tests of one module of the kit.
func tests(_ module: String) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: [kit, "TestSupport"], path: "Tests/\(module)Tests", swiftSettings: settings)
}

let package = Package(
    name: "semisup",
    products: [.executable(name: "semisup", targets: ["semisup"])]
        + plugins.map { .library(name: $0, type: .dynamic, targets: [$0]) },
    dependencies: [
        .package(path: "Sources"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "semisup",
            dependencies: [
                kit,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/semisup",
            swiftSettings: settings,
            // An installation has the kit beside the folder of the executable.
            linkerSettings: [.unsafeFlags(["-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib"])]),
        .target(name: "TestSupport", dependencies: [kit], path: "Tests/Support", swiftSettings: settings),
        tests("Files"),
        tests("Tensor"),
        tests("Media"),
        tests("Augment"),
        tests("Datasets"),
        tests("Networks"),
        tests("Training"),
        tests("Sweeps"),
        tests("semisup"),
        .testTarget(
            name: "PluginTests", dependencies: [kit, "TestSupport"] + plugins.map { .init(stringLiteral: $0) },
            path: "Tests/PluginTests", swiftSettings: settings),
    ]
        + plugins.map {
            .target(name: $0, dependencies: [kit], path: "Plugins/\($0)", exclude: recipes(of: $0), swiftSettings: settings)
        }
)
