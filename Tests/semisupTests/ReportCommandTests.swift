import Files
import Testing

/// `doctor`, `models list` and `bench`.
@Suite struct ReportCommandTests {
    private let semisup: CommandLineTool

    init() throws { semisup = try CommandLineTool() }

    @Test func doctorReportsTheMachineAndTheLibraries() throws {
        let report = try semisup("doctor", "--json")
        let object = try #require(try report.objects.first)
        #expect(object["usable"] == .boolean(report.status == 0))
        #expect(object["processor"]?["cores"]?.stringValue.flatMap { Int($0) } ?? 0 > 0)
        #expect(object["libraries"]?["libavcodec"]?.stringValue?.split(separator: ".").count == 3)
        #expect(object["environment"]?["OMP_WAIT_POLICY"] == .string("passive"))
        #expect(object["folders"]?["cache"] == .string(semisup.folder + "/cache/semisup"))
        #expect(try semisup("doctor").output.contains("OMP_WAIT_POLICY"))
    }

    @Test func doctorSaysWhatIsMissingAndHowToInstallIt() throws {
        let blas = try semisup("doctor", "--json", environment: ["SEMISUP_CONVOLUTION": "blas"]).objects[0]
        #expect(blas["engine"]?["oneDNN"]?.stringValue?.hasPrefix("not used") == true)
        let spinning = try semisup("doctor", environment: ["OMP_WAIT_POLICY": "active", "GOMP_SPINCOUNT": "9"])
        #expect(spinning.status == 0 && spinning.output.contains("unset OMP_WAIT_POLICY"))
        let broken = try semisup("doctor", "--json", environment: ["SEMISUP_CONVOLUTION": "onednn", "LD_LIBRARY_PATH": broken()])
        #expect(broken.status == 69)
        let finding = try #require(try broken.objects[0]["findings"]?.arrayValue?.first)
        #expect(finding["needed"] == .boolean(true) && finding["remedy"] == .string("apt-get install libdnnl2"))
    }

    /// A folder with a library that cannot be opened, in place of oneDNN.
    private func broken() throws -> String {
        try semisup.file("libraries/libdnnl.so.2", "no library")
        return semisup.folder + "/libraries"
    }

    @Test func modelsListKnowsR3D18() throws {
        let models = try semisup("models", "list", "--json").objects
        let r3d18 = try #require(models.first { $0["name"]?.stringValue == "r3d18" })
        // torchvision's r3d_18 has 33,371,472 parameters, of which 512 x 400 + 400 are the classifier.
        #expect(r3d18["parameters"] == .integer(33_371_472 - 512 * 400 - 400))
        #expect(r3d18["featureCount"] == .integer(512) && r3d18["output"] == .array([512, 1, 7, 7].map { .integer($0) }))
        // A 16-frame clip costs 40.7 G multiply-adds (torchvision's documentation).
        let long = try semisup("models", "list", "--json", "clip.length=16").objects
        let cost = try #require(long.first { $0["name"]?.stringValue == "r3d18" }?["multiplyAdds"]?.realValue)
        #expect(abs(cost / 1e9 - 40.7) < 0.05)
        #expect(try semisup("models", "list", "clip.sise=3").status == 78)
    }

    private static let small = [
        "backbone=r3d10", "backbone.width=0.0625", "clip.size=16", "clip.length=4", "repeats=2", "warmups=0", "limit=false",
    ]

    @Test(arguments: [
        ("step", "clips/s", []), ("fixmatch", "iterations/s", ["method.forward=joint"]), ("infer", "clips/s", []),
        ("conv", "GFLOP/s", []), ("start", "1/s", ["repeats=1"]),
    ])
    func benchPrintsAnObjectALine(name: String, unit: String, more: [String]) throws {
        let outcome = try semisup.run(["bench", name] + ReportCommandTests.small + more)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let headline = try #require(try outcome.objects.last)
        #expect(headline["bench"] == .string(name) && headline["unit"] == .string(unit))
        let rates = ["minimum", "value", "maximum"].compactMap { headline[$0]?.realValue }
        #expect(rates.count == 3 && rates[0] > 0 && rates == rates.sorted())
        #expect(headline["repeats"] == .integer(name == "start" ? 1 : 2) && headline["limit"] == .null)
        #expect(headline["kernelSet"]?.stringValue != nil && headline["peakMiB"]?.realValue ?? 0 > 1)
    }

    @Test func benchDefaultsDoNotFollowTheTrainingDefaults() throws {
        let outcome = try semisup("bench", "conv", "repeats=1", "warmups=0", "limit=false", "backbone.width=0.0625")
        #expect(try outcome.objects.last?["case"]?.stringValue?.hasPrefix("r3d18 width 0.0625 f32 4x8x112x112") == true)
        // Eleven distinct convolutions, each forward and two gradients; the clip itself needs no gradient.
        #expect(try outcome.objects.count == 11 * 3 - 1 + 1)
    }

    @Test func benchRefusesWhatItDoesNotKnow() throws {
        #expect(try semisup("bench", "step", "clip.szie=16").status == 78)
        #expect(try semisup("bench", "gemm", "method.forward=joint").status == 78)
        try semisup.file("text.mp4", "no video")
        for name in ["loader", "vectors", "keyframes", "augment"] {
            #expect(try semisup("bench", name, "gone.mp4").status == 66)
            #expect(try semisup("bench", name, "text.mp4").status == 65)
        }
    }
}
