package io.netrun.resilience.retry;

import io.netrun.resilience.PassingTicker;
import io.netrun.resilience.concurrency.Linearizability;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** A budget with few tokens while the clock stands still, against a number. */
class RetryBudgetLinearizabilityTests {

    @Test
    void budgetShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(Budget.class, Number.class);
    }

    @Test
    void budgetShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(Budget.class, Number.class);
    }

    /** Twenty tokens are left. */
    @Param(name = "overload", gen = BooleanGen.class)
    @Param(name = "tokens", gen = IntGen.class, conf = "1:14")
    public static class Budget {

        private final RetryBudget budget = RetryBudget.of("test", PassingTicker.INSTANCE);

        public Budget() {
            for (int i = 0; i < 96; i++) {
                budget.tryAcquire(true);
            }
        }

        @Operation
        public int tryAcquire(@Param(name = "overload") boolean overload) {
            return budget.tryAcquire(overload);
        }

        @Operation
        public void returnTokens(@Param(name = "tokens") int tokens) {
            budget.returnTokens(tokens);
        }

        @Operation
        public int available() {
            return budget.available();
        }
    }

    /** What one thread sees of {@link Budget}. */
    public static class Number {

        private int tokens = 20;
        private boolean freeTaken;

        public int tryAcquire(boolean overload) {
            int cost = overload ? 5 : 14;
            if (tokens >= cost) {
                tokens -= cost;
                return cost;
            }
            if (freeTaken) {
                return -1;
            }
            freeTaken = true;
            return 0;
        }

        public void returnTokens(int returned) {
            tokens = Math.min(500, tokens + returned);
        }

        public int available() {
            return tokens;
        }
    }
}
