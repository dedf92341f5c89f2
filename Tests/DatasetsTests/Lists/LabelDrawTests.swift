import Datasets
import Files
import Testing

/// The worked example of the protocol card, section 8, and its digests for UCF101.
@Suite struct LabelDrawTests {
    /// Classes a, b, c, d with 8, 6, 4, 2 clips; clip i in group i / 2 + 1.
    private let clips = zip(["a", "b", "c", "d"], [8, 6, 4, 2]).flatMap { name, count in
        (0..<count).map { ListedClip(className: name, stem: "v_\(name)_g0\($0 / 2 + 1)_c0\($0 % 2 + 1)", line: 1) }
    }
    private let classes = ClassList(["a", "b", "c", "d"])
    private var train: VideoList { trainingList(clips, classes: classes) }

    private func names(_ draw: LabelDraw) throws -> [String] {
        try draw.samples(from: train).map { String($0.name.dropFirst(6)) }
    }

    private func share(_ percent: Int, _ unit: LabelDraw.Unit = .clip, _ balance: LabelDraw.Balance = .balanced) -> LabelDraw {
        LabelDraw(rate: .share(Ratio(percent, 100)), unit: unit, balance: balance)
    }

    @Test func aClassGivesItsFirstClipsByKey() throws {
        #expect(
            try names(LabelDraw(rate: .all)).prefix(8) == [
                "g02_c02", "g03_c01", "g04_c02", "g01_c01", "g01_c02", "g02_c01", "g03_c02", "g04_c01",
            ])
        #expect(try names(share(1)) == ["g02_c02", "g02_c02", "g02_c01", "g01_c01"])
        #expect(try names(share(25)) == ["g02_c02", "g03_c01", "g02_c02", "g03_c01", "g02_c01", "g01_c01"])
        #expect(try names(share(50)).count == 10)
    }

    @Test(arguments: [
        (1, "7098bd2bff748cf3"), (5, "7098bd2bff748cf3"), (25, "487b238ffb22f212"), (50, "e6174b6a4a74b072"),
    ])
    func listsHaveTheDigestsOfTheCard(percent: Int, digest: String) throws {
        #expect(try share(percent).list(from: train, dataSet: "x").digest.hasPrefix(digest))
    }

    @Test func aGlobalDrawTakesOneKeyOrderOverAllClasses() throws {
        let drawn = try share(25, .clip, .global).samples(from: train).map(\.name)
        #expect(drawn == ["a/v_a_g02_c02", "b/v_b_g02_c02", "d/v_d_g01_c01", "a/v_a_g03_c01", "c/v_c_g02_c01"])
        #expect(failure { _ = try share(1, .clip, .global).samples(from: train) } == .emptyDraw(rate: "1%", clips: 20))
    }

    @Test func groupsAreDrawnWhole() throws {
        for percent in [1, 25] {
            let groups = try share(percent, .group).samples(from: train).map { String($0.name.dropFirst(2).dropLast(4)) }
            #expect(groups == ["v_a_g03", "v_a_g03", "v_b_g01", "v_b_g01", "v_c_g01", "v_c_g01", "v_d_g01", "v_d_g01"])
        }
        let half = try share(50, .group).samples(from: train)
        #expect(half.count == 12)
        #expect(Set(half.compactMap(\.group)) == ["a/v_a_g03", "a/v_a_g04", "b/v_b_g01", "b/v_b_g03", "c/v_c_g01", "d/v_d_g01"])
    }

    @Test func aNumberAClassIsExactOrRefused() throws {
        #expect(try names(LabelDraw(rate: .perClass(2))).count == 8)
        let error = failure { _ = try LabelDraw(rate: .perClass(3)).samples(from: train) }
        #expect(error == .notEnoughClips(className: "d", wanted: 3, available: 2))
        #expect(error?.exitCode == .badData)
    }

    @Test func fileOrderDoesNotMatterAndSeedsDo() throws {
        let reversed = trainingList(clips.reversed(), classes: classes)
        let draw = share(25)
        #expect(try draw.samples(from: reversed).map(\.name) == draw.samples(from: train).map(\.name))
        #expect(try LabelDraw(rate: draw.rate, seed: 1).samples(from: train).map(\.name) != draw.samples(from: train).map(\.name))
    }

    /// The digests were made by the rule in Python; 1, 5 and 10 % of seed 0 stand in the card.
    @Test func officialUCF101GivesTheKnownDigests() throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let entry = try #require(catalogue.official("ucf101", split: 1, part: .train))
        let classes = try #require(try catalogue.classes(of: "ucf101"))
        let train = try trainingList(catalogue.list(entry).clips, classes: classes)
        #expect(catalogue.knownDraws.count == 15)
        var previous: [UInt64: Set<String>] = [:]
        for known in catalogue.knownDraws {
            let list = try known.draw.list(from: train, dataSet: "ucf101", split: "1")
            #expect(list.names.count == known.count)
            #expect(catalogue.expectedDigest(of: list) == known.sha256)
            #expect(list.digest == known.sha256, "\(known.draw.rate) seed \(known.draw.seed)")
            #expect(previous[known.draw.seed, default: []].isSubset(of: list.names), "rates are nested")
            previous[known.draw.seed] = Set(list.names)
        }
        for (rate, digest) in [("1%", "886e90509b59a9df"), ("5%", "cc903239e74454a5"), ("10%", "60dae3cf451accfa")] {
            let list = try LabelDraw(rate: LabelRate(rate)).list(from: train, dataSet: "ucf101")
            #expect(list.digest.hasPrefix(digest))
            #expect(list.names.first == "ApplyEyeMakeup/v_ApplyEyeMakeup_g22_c04")
        }
    }
}
