import Files
import Testing

@Suite struct NearestNameTests {
    @Test(arguments: [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("same", "same", 0), ("abc", "", 3)])
    func editsAreCounted(left: String, right: String, expected: Int) {
        #expect(NearestName.edits(from: left, to: right) == expected)
    }

    @Test func aPartOfADottedNameIsANameToo() {
        #expect(NearestName.to("learnigRate", among: ["momentum", "optimizer.learningRate"]) == "optimizer.learningRate")
    }

    @Test func onlyNamesThatWereLikelyMeantAreLikely() {
        #expect(NearestName.likely("vidoe", among: ["label", "video"]) == "video")
        #expect(NearestName.likely("something", among: ["label", "video"]) == nil)
        #expect(NearestName.likely("ab", among: ["cd"]) == nil)
    }
}
