package io.netrun.resilience.spring.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.retry.RetryBudget;
import java.lang.ref.WeakReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class SharedBudgetsTests {

    @Test
    void budgetShouldBeTheSameForAllThatNameIt() {
        SharedBudgets budgets = new SharedBudgets();
        RetryBudget budget = budgets.of("shared");
        assertThat(budgets.of("shared")).isSameAs(budget);
        assertThat(budgets.of("other")).isNotSameAs(budget);
    }

    /** An operator may try any number of names. */
    @Test
    void budgetThatNobodyUsesAnyMoreShouldLeaveNothing() {
        SharedBudgets budgets = new SharedBudgets();
        RetryBudget used = budgets.of("used");
        WeakReference<RetryBudget> unused = new WeakReference<>(budgets.of("unused"));
        await().until(() -> {
            System.gc();
            return unused.get() == null;
        });
        budgets.of("another");
        assertThat(budgets).extracting("budgets", InstanceOfAssertFactories.MAP).containsOnlyKeys("used", "another");
        assertThat(budgets.of("used")).isSameAs(used);
    }
}
