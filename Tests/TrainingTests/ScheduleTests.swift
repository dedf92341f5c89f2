import Files
import TestSupport
import Testing
import Training

@Suite struct ScheduleTests {
    private func schedules() throws -> JSON { try reference("engine/metrics.json").member("schedules") }

    @Test(arguments: [(LearningRateSchedule.Curve.cosine716, "imageCosine"), (.cosine, "cosineToZero")])
    func curvesAgree(curve: LearningRateSchedule.Curve, name: String) throws {
        let schedule = LearningRateSchedule(peak: 0.03, curve: curve, totalSteps: 3000)
        for (time, factor) in zip(try schedules().numbers("times"), try schedules().numbers(name)) {
            let step = (time * 3000).rounded()
            #expect(abs(step - time * 3000) < 1e-9, "every time of the reference is a step")
            #expect(abs(schedule.rate(atStep: Int(step)) - 0.03 * factor) < 1e-15)
        }
    }

    /// The card: 0.030000, 0.028246, 0.023190, 0.005853 at 0, 1/4, 1/2 and 1 of the run.
    @Test func theImageScheduleHasTheRatesOfTheCard() {
        let schedule = LearningRateSchedule(peak: 0.03, curve: .cosine716, totalSteps: 400)
        for (step, rate) in [(0, 0.030000), (100, 0.028246), (200, 0.023190), (400, 0.005853)] {
            #expect(abs(schedule.rate(atStep: step) - rate) < 1e-6)
        }
    }

    @Test func theWarmUpMultipliesTheCurveStepByStep() throws {
        let entry = try schedules().member("warmUpTimesCosine")
        let epoch = try entry.integer("stepsAnEpoch")
        let schedule = LearningRateSchedule(
            peak: 0.2, curve: .cosine, warmupSteps: try entry.integer("warmUpEpochs") * epoch,
            warmupFactor: try entry.number("start"), totalSteps: try entry.integer("epochs") * epoch)
        for (step, factor) in zip(try entry.integers("steps"), try entry.numbers("cosineByStep")) {
            #expect(relativeDifference(schedule.rate(atStep: step), 0.2 * factor) < 1e-14)
        }
    }

    @Test func aConstantRateStaysAndStepsPastTheEndKeepTheLastRate() {
        let constant = LearningRateSchedule(peak: 0.1, curve: .constant, totalSteps: 10)
        #expect((0..<12).allSatisfy { constant.rate(atStep: $0) == 0.1 })
        let cosine = LearningRateSchedule(peak: 0.1, curve: .cosine, totalSteps: 10)
        #expect(cosine.rate(atStep: 10) == 0 && cosine.rate(atStep: 99) == 0)
    }
}
