import Files
import Foundation
import Testing

/// `train --freeze`, `evaluate --probe`, `evaluate --retrieval`.
@Suite struct TransferCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    @Test func aClassifiersFeaturesAreProbedAndSearchedBesideItsOwnScores() throws {
        let result = try #require(
            try videos.train(["--method", "supervised", "--out", "run", "--json", "epochs=1"]).objects.last)
        let outcome = try semisup("evaluate", "run", "--probe", "linear", "--retrieval", "--json")
        let found = try #require(try outcome.objects.last, "\(outcome.errors)")
        for key in ["accuracyTop1", "testClips", "weightsDigest", "labels"] { #expect(found[key] == result[key], "\(key)") }
        let probe = try #require(found["probe"])
        #expect(probe["labeledClips"] == .integer(4) && probe["testClips"] == .integer(4) && probe["features"] == .integer(32))
        // Bright and dark clips are far apart in any features.
        #expect(probe["accuracyTop1"] == .real(1) && found["recall"]?["1"] == .real(1))
        #expect(found["retrieval"]?["queries"] == .integer(4) && found["retrieval"]?["galleryClips"] == .integer(12))
        let all = try semisup("evaluate", "run", "--probe", "linear", "--labels", "all")
        #expect(all.status == 0 && all.output.contains("on 12 labelled clips") && !all.output.contains("recall"), "\(all.output)")
        let searched = try semisup("evaluate", "run", "--retrieval")
        #expect(searched.output.contains("recall at 20") && searched.output.contains("12 training clips"), "\(searched.output)")
    }

    @Test func whatCannotBeAskedIsSaid() throws {
        #expect(try videos.train(["--out", "run", "epochs=0"]).status == 0)
        let without = try semisup("evaluate", "run", "--labels", "all")
        #expect(without.status == 64 && without.errors.contains("--probe linear"))
        #expect(try semisup("evaluate", "run", "--probe", "linear", "--labels", "0").status == 64)
        #expect(try semisup("evaluate", "run", "--probe", "cubic").status == 64)
        #expect(try videos.train(["--freeze", "head", "--out", "other"]).status == 64)
    }

    @Test func damagedClipsAreLeftOutAndCounted() throws {
        #expect(try videos.train(["--out", "run", "epochs=0"]).status == 0)
        let folder = semisup.folder + "/videos"
        for clip in ["train/dark/dark1.mp4", "test/bright/bright1.mp4"] {
            try AtomicFile.write("no video", to: "\(folder)/\(clip)")
        }
        let outcome = try semisup("evaluate", "run", "--probe", "linear", "--labels", "all", "--retrieval", "--json")
        let found = try #require(try outcome.objects.last, "\(outcome.errors)")
        #expect(found["probe"]?["labeledClips"] == .integer(11) && found["probe"]?["damagedLabeledClips"] == .integer(1))
        #expect(found["retrieval"]?["damagedGalleryClips"] == .integer(1) && found["retrieval"]?["queries"] == .integer(3))
        #expect(found["testClips"] == .integer(3) && outcome.errors.contains("dark1.mp4"))
    }

    @Test func aFrozenBackboneIsRecordedAndKept() throws {
        #expect(try videos.train(["--method", "supervised", "--out", "first", "epochs=1"]).status == 0)
        let outcome = try videos.train(["--init", "first", "--freeze", "backbone", "--out", "run", "epochs=1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try videos.object("run/run.json")["configuration"]?["init.freeze"] == .string("backbone"))
        let probes = try ["first", "run"].map { try semisup("evaluate", $0, "--probe", "linear", "--json").objects.last }
        #expect(probes[0]?["probe"] != nil && probes[0]?["probe"] == probes[1]?["probe"], "the same features")
        #expect(probes[0]?["weightsDigest"] != probes[1]?["weightsDigest"])
        let drawn = try videos.train(["--freeze", "backbone", "--out", "drawn", "epochs=0"])
        #expect(drawn.status == 0 && drawn.errors.contains("the features are those of drawn weights"), "\(drawn.errors)")
    }
}
