package io.netrun.resilience.spring.metrics;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.LeftInstances;
import io.netrun.resilience.spring.pattern.MeterSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /**
     * Guards all fields below, so that a leaving instance is counted once. No foreign code runs under it, and nothing
     * that takes longer with more instances than to copy their references.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final Set<P> members = new HashSet<>();
    private final double[] former;

    /** The counts of each instance when it left: it may return with these counts. */
    private final LeftInstances<double[]> left = new LeftInstances<>();

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
        double total;
        List<P> present;
        lock.lock();
        try {
            total = spec.combination() == MeterSpec.Combination.SUM ? former[measure] : Double.NaN;
            present = List.copyOf(members);
        } finally {
            lock.unlock();
        }
        // One that leaves meanwhile is not in the former counts yet, and still has its own.
        for (P member : present) {
            total = spec.combine(total, spec.value().applyAsDouble(member));
        }
        return total;
    }
}
