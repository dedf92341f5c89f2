import Datasets
import Files
import Testing

@Suite struct LabelRateTests {
    @Test(arguments: [
        ("1%", LabelRate.share(Ratio(1, 100))), ("0.01", .share(Ratio(1, 100))), ("12.5%", .share(Ratio(1, 8))),
        ("100%", .share(Ratio(1, 1))), ("1.0", .share(Ratio(1, 1))), ("4/class", .perClass(4)), ("1/3", .share(Ratio(1, 3))),
        ("all", .all),
    ])
    func readsSharesExactly(text: String, rate: LabelRate) throws {
        #expect(try LabelRate(text) == rate)
        #expect(try LabelRate(rate.description) == rate)
    }

    @Test(arguments: [
        "0", "0%", "0.0", "-1%", "-0.5", "101%", "1.5", "1", "5", "", "%", "one", "1%%", "0/class", "-2/class", "1.5/class",
        "/class", ".5", "5.", "1e-2", "1,5%", "nan", "inf%", "0.0000000001", "99999999999/class", " 1%", "4/classes", "0/3",
        "4/3", "1/0", "1/2/3", "/", "all ",
    ])
    func anythingElseIsAUsageError(text: String) {
        let error = failure { _ = try LabelRate(text) }
        #expect(error?.exitCode == .usage)
        #expect(error?.description.contains("4/class") == true)
    }
}
