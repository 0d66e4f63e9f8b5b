package io.netrun.resilience.retry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.PassingTicker;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A retry budget never overdraws its tokens and never exceeds its capacity. */
public class RetryBudgetStress {

    /** A budget with the given number of tokens, made from a full one by retries that cost 14 or 5. */
    private static RetryBudget withTokens(int tokens) {
        RetryBudget budget = RetryBudget.of("test", PassingTicker.INSTANCE);
        while (budget.available() - RetryBudget.RETRY_COST >= tokens) {
            budget.tryAcquire(false);
        }
        while (budget.available() > tokens) {
            budget.tryAcquire(true);
        }
        return budget;
    }

    /** Two retries compete for the tokens of one; the other takes the free retry of a quiet second. */
    @JCStressTest
    @Outcome(
            id = {"14, 0, 0", "0, 14, 0"},
            expect = ACCEPTABLE,
            desc = "One has paid, the other one is free.")
    @Outcome(expect = FORBIDDEN, desc = "Both paid with the same tokens, or a covered retry was denied.")
    @State
    public static class LastTokens {

        private final RetryBudget budget = withTokens(RetryBudget.RETRY_COST);

        @Actor
        public void first(III_Result r) {
            r.r1 = budget.tryAcquire(false);
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = budget.tryAcquire(false);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r3 = budget.available();
        }
    }

    /** Two retries compete for the free one. */
    @JCStressTest
    @Outcome(
            id = {"0, -1, 0", "-1, 0, 0"},
            expect = ACCEPTABLE,
            desc = "One retry a second is free.")
    @Outcome(expect = FORBIDDEN, desc = "Two were free in the same second, or none.")
    @State
    public static class FreeRetry {

        private final RetryBudget budget = withTokens(0);

        @Actor
        public void first(III_Result r) {
            r.r1 = budget.tryAcquire(false);
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = budget.tryAcquire(true);
        }

        @Arbiter
        public void look(III_Result r) {
            r.r3 = budget.available();
        }
    }

    /** Two calls return tokens to a budget that is nearly full. */
    @JCStressTest
    @Outcome(id = "500", expect = ACCEPTABLE, desc = "Full.")
    @Outcome(expect = FORBIDDEN, desc = "Above the capacity, or some were lost.")
    @State
    public static class NearlyFull {

        private final RetryBudget budget = withTokens(RetryBudget.CAPACITY - RetryBudget.OVERLOAD_COST);

        @Actor
        public void first() {
            budget.returnTokens(3);
        }

        @Actor
        public void second() {
            budget.returnTokens(4);
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = budget.available();
        }
    }
}
