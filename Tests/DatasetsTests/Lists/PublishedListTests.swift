import Datasets
import Files
import TestSupport
import Testing

@Suite struct PublishedListTests {
    private let temporary: TemporaryFolder
    init() throws { temporary = try TemporaryFolder() }

    private func read(_ text: String) throws -> PublishedList {
        try PublishedList(contentsOf: temporary.file("list.txt", text))
    }

    @Test(arguments: [
        ("A/v_A_g01_c01.avi\r\n", PublishedList.Format.video, nil), ("A/v_A_g01_c01.avi 1", .videoAndLabel, 1),
        ("/data/UCF-101/A/v_A_g01_c01.avi,1", .videoAndLabel, 1), ("A/v_A_g01_c01.avi A 1", .videoClassAndLabel, 1),
        ("A/v_A_g01_c01 173 1\n", .rawframes, 1),
    ])
    func everyFormatNamesTheSameClip(text: String, format: PublishedList.Format, number: Int?) throws {
        let list = try read(text)
        #expect(list.format == format && list.clips.map(\.name) == ["A/v_A_g01_c01"] && list.clips[0].number == number)
        #expect(list.clips[0].frameCount == (format == .rawframes ? 173 : nil))
    }

    @Test func kineticsRowsBecomeNamesWithTimes() throws {
        let list = try read("label,youtube_id,time_start,time_end,split\n\"cooking, slowly\",-_abcdefgh1,7,17,train\n")
        #expect(list.format == .kinetics && list.clips.map(\.name) == ["cooking, slowly/-_abcdefgh1_000007_000017"])
    }

    @Test func hmdb51FilesSayTrainTestOrNeither() throws {
        try temporary.file("cart_test_split2.txt", "x_cart_1.avi 1 \ny_cart_2.avi 2 \nz_cart_3.avi 0 \n")
        let lists = try PublishedList.hmdb51(folder: temporary.path, split: 2)
        #expect(
            [lists.train, lists.test, lists.neither].map { $0.clips[0].name } == [
                "cart/x_cart_1", "cart/y_cart_2", "cart/z_cart_3",
            ])
        #expect(failure { _ = try PublishedList.hmdb51(folder: temporary.path, split: 1) }?.exitCode == .badData)
    }

    @Test func labelNumbersAreCheckedAgainstTheIndex() throws {
        let classes = ClassList(["A", "B", "C"])
        #expect(try read("A/1.avi 0\nC/2.avi 2\n").numbering(against: classes) == .fromZero)
        #expect(try read("A/1.avi 1\nC/2.avi 3\n").numbering(against: classes) == .fromOne)
        #expect(try read("A/1.avi 2\nC/2.avi 0\n").numbering(against: classes) == .ownOrder)
        #expect(try read("A/1.avi\n").numbering(against: classes) == PublishedList.Numbering.none)
        #expect(failure { _ = try read("D/1.avi 0\n").numbering(against: classes) }?.description.contains("line 1") == true)
    }

    @Test(arguments: [
        ("A/1.avi 0\nA/2.avi x\n", "line 2, label"),
        ("A/1.avi 0\nB/2.avi 0\n", "0 is A"), ("A/1 12 0\nA/2 0\n", "line 2"), ("A/1.avi B 0\n", "line 1, class"),
        ("A/1.avi 0\n2.avi 0\n", "expected Class/video"), ("", "empty"), ("hello\n", "line 1"), ("A/1.avi -3\n", "line 1, label"),
    ])
    func brokenLinesAreNamed(text: String, message: String) {
        let error = failure { _ = try read(text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
    }

    @Test(arguments: [
        ("A", "v_A_g03_c12", "A/v_A_g03"), ("cook", "-_abcdefgh1_000007_000017", "cook/-_abcdefgh1"),
        ("kick", "kick__bruce_lee_v_s_japanese_kick_f_cm_np1_ba_bad_10", "kick/kick__bruce_lee_v_s_japanese"),
        ("brush_hair", "April_09_brush_hair_u_nm_np1_ba_goo_0", "brush_hair/April_09"),
    ])
    func sourcesAreReadOffTheNames(className: String, stem: String, group: String) {
        #expect(GroupKey.recognise(className: className, stem: stem)?.group == group)
    }

    @Test(arguments: ["clip_001", "v_A_c01", "v_A_g_c", "g01_c01", "walk_f_cm_np1_ba_bad_10", "a"])
    func otherNamesHaveNoGroup(stem: String) {
        #expect(GroupKey.recognise(className: "A", stem: stem) == nil)
    }
}
