import Datasets
import Files
import Testing

/// The oddities of published lists, as counted for the protocol card, section 1.
@Suite struct SplitAuditTests {
    private func audit(_ name: String, train: String, test: String) throws -> SplitAudit {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        func clips(_ name: String) throws -> [ListedClip] { try catalogue.list(catalogue.entry(named: name)).clips }
        let dataSet = try catalogue.entry(named: name).dataSet
        return try SplitAudit(
            of: clips(name), name: name, classes: catalogue.classes(of: dataSet), train: clips(train), test: clips(test))
    }

    @Test(arguments: [
        ("ucf101-videossl-5", ["CliffDiving"], [0, 4, 11], 421, 421), ("ucf101-videossl-10", [], [1, 9, 21], 761, 761),
        ("ucf101-videossl-20", [], [8, 19, 34], 1255, 1252), ("ucf101-videossl-50", [], [29, 48, 64], 1752, 1689),
    ])
    func findsWhatIsOddAboutUCF101(name: String, empty: [String], spread: [Double], groups: Int, torn: Int) throws {
        let audit = try audit(name, train: "ucf101-split1-train", test: "ucf101-split1-test")
        #expect(audit.emptyClasses == empty)
        let found = audit.clipsPerClass
        #expect([Double(found.minimum), found.median, Double(found.maximum)] == spread)
        #expect(audit.labelledGroups == groups && audit.splitGroups == torn)
        #expect(audit.overlapWithTest.count == 0 && audit.siblingsOfTestClips.count == 0 && !audit.hasErrors)
    }

    @Test(arguments: [("hmdb51-videossl-40", 168, 1430), ("hmdb51-videossl-50", 236, 1771), ("hmdb51-videossl-60", 282, 2155)])
    func findsTheLeakOfHMDB51(name: String, siblings: Int, official: Int) throws {
        let audit = try audit(name, train: "hmdb51-split1-train", test: "hmdb51-split1-test")
        #expect(audit.siblingsOfTestClips.count == siblings)
        #expect(audit.clips - (audit.outsideTrain?.count ?? 0) == official)
        #expect(audit.overlapWithTest.count == 0)
    }

    @Test func thePoolOfHMDB51HoldsSiblingsThatTheOfficialPartDoesNot() throws {
        let pool = try audit("hmdb51-videossl-pool", train: "hmdb51-videossl-pool", test: "hmdb51-split1-test")
        #expect(pool.siblingsOfTestClips.count == 459)
        let official = try audit("hmdb51-split1-train", train: "hmdb51-split1-train", test: "hmdb51-split1-test")
        #expect(official.siblingsOfTestClips.count == 0 && official.misnumbered.count == 0)
    }

    /// In the VideoSSL lists climb and climb_stairs, kick and kick_ball, sword and sword_exercise are mixed up in 132 clips
    /// outside the official parts: the folder and the file name say one class, the number the other.
    @Test func findsTheWrongLabelNumbersOfHMDB51() throws {
        let pool = try audit("hmdb51-videossl-pool", train: "hmdb51-split1-train", test: "hmdb51-split1-test")
        #expect(pool.misnumbered.count == 12 + 8 + 28 + 30 + 27 + 27)
        let outside = try #require(pool.outsideTrain)
        #expect(outside.count == 1666)
        #expect(try audit("hmdb51-videossl-40", train: "hmdb51-split1-train", test: "hmdb51-split1-test").misnumbered.count == 54)
    }

    @Test(arguments: [("k400-videossl-1", 6), ("k400-videossl-10", 60)])
    func k400ListsAreEven(name: String, count: Int) throws {
        let catalogue = try SplitCatalogue(root: shippedSplits)
        let list = try catalogue.list(catalogue.entry(named: name))
        let spread = SplitAudit(of: list.clips, name: name, classes: try catalogue.classes(of: "k400")).clipsPerClass
        #expect(spread.minimum == count && spread.maximum == count && spread.median == Double(count))
    }

    @Test func errorsInAListAreFoundAndNamed() {
        func clip(_ name: String, _ number: Int? = nil) -> ListedClip {
            let parts = name.split(separator: "/").map(String.init)
            return ListedClip(className: parts[0], stem: parts[1], number: number, line: 1)
        }
        let list = [
            clip("a/v_a_g01_c01", 0), clip("a/v_a_g01_c01", 1), clip("b/v_a_g01_c01"), clip("b/v_b_g02_c01"),
            clip("b/v_b_g03_c01"),
        ]
        let test = [clip("b/v_b_g03_c01"), clip("b/v_b_g02_c09")]
        let audit = SplitAudit(
            of: list, name: "mine", classes: ClassList(["a", "b", "c"]), train: [], test: test, expectedDigest: "00")
        #expect(audit.duplicates.first == ["a/v_a_g01_c01"])
        #expect(audit.conflictingLabels.first == ["a/v_a_g01_c01"])
        #expect(audit.overlapWithTest.first == ["b/v_b_g03_c01"] && audit.siblingsOfTestClips.first == ["b/v_b_g02_c01"])
        #expect(audit.emptyClasses == ["c"] && audit.outsideTrain?.count == 5 && audit.hasErrors)
        for word in ["c", "b/v_b_g03_c01", "EXPECTED 00"] { #expect(audit.text.contains(word)) }
        #expect(audit.json["overlapWithTest"]?["count"] == .integer(1) && audit.json["hasErrors"] == .boolean(true))
    }
}
