package io.netrun.resilience.spring.metrics;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.MeterSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The totals of a family's instances. Counters include the counts of instances that have left, so they never decrease.
 * Thread-safe.
 *
 * @param <P> the type of the policy
 */
final class FamilyTotals<P extends Policy> {

    private final Class<P> type;
    private final List<MeterSpec<P>> meters;

    /** Guards all fields below, so that a leaving instance is counted once. No foreign code runs under it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Set<P> members = new HashSet<>();
    private final double[] former;

    /** The counts of each instance when it left, as long as it is reachable: it may return with these counts. */
    private final Map<P, double[]> left = new WeakHashMap<>();

    FamilyTotals(Class<P> type, List<MeterSpec<P>> meters) {
        this.type = type;
        this.meters = meters;
        this.former = new double[meters.size()];
    }

    void add(Policy policy) {
        P member = type.cast(policy);
        lock.lock();
        try {
            double[] counted = left.remove(member);
            if (members.add(member) && counted != null) {
                for (int i = 0; i < counted.length; i++) {
                    former[i] -= counted[i];
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void remove(Policy policy) {
        P member = type.cast(policy);
        lock.lock();
        try {
            if (members.remove(member)) {
                double[] counted = new double[former.length];
                for (int i = 0; i < counted.length; i++) {
                    if (meters.get(i).kind() == MeterSpec.Kind.COUNTER) {
                        counted[i] = meters.get(i).value().applyAsDouble(member);
                        former[i] += counted[i];
                    }
                }
                left.put(member, counted);
            }
        } finally {
            lock.unlock();
        }
    }

    double value(int measure) {
        MeterSpec<P> spec = meters.get(measure);
        lock.lock();
        try {
            double total = spec.combination() == MeterSpec.Combination.SUM ? former[measure] : Double.NaN;
            for (P member : members) {
                total = spec.combine(total, spec.value().applyAsDouble(member));
            }
            return total;
        } finally {
            lock.unlock();
        }
    }
}
