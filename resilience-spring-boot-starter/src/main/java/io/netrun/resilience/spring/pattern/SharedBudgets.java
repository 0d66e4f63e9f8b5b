package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.retry.RetryBudget;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/**
 * The retry budgets of an application, by name. A budget that no retry uses any more is dropped, since operators may
 * set any name. Thread-safe.
 */
final class SharedBudgets {

    private final Map<String, WeakReference<RetryBudget>> budgets = new HashMap<>();

    /** The budget, the same one for all that name it. */
    synchronized RetryBudget of(String name) {
        WeakReference<RetryBudget> known = budgets.get(name);
        RetryBudget present = known == null ? null : known.get();
        if (present == null) {
            present = RetryBudget.of(name);
            budgets.values().removeIf(reference -> reference.get() == null);
            budgets.put(name, new WeakReference<>(present));
        }
        return present;
    }
}
