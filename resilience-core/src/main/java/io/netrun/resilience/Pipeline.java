package io.netrun.resilience;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Policies around one call, in a fixed order, outermost first: {@code Pipeline.of(timeout, retry, breaker)} reads like
 * stacked decorators. Built once and reused for every call; a call through it allocates nothing for the pipeline
 * itself. Immutable and thread-safe.
 */
public final class Pipeline implements Guard {

    private final List<Policy> policies;
    private final Layer entry;

    private Pipeline(List<Policy> policies) {
        this.policies = policies;
        Layer layer = Layer.DIRECT;
        for (int i = policies.size() - 1; i >= 0; i--) {
            layer = policies.get(i).around(layer);
        }
        this.entry = policies.stream().allMatch(Pipeline::isMdcCarried) ? layer : new MdcStayingLayer(layer);
    }

    private static boolean isMdcCarried(Policy policy) {
        return !(policy instanceof AbstractPolicy<?> own) || own.isMdcCarried();
    }

    /**
     * Creates a pipeline of policies.
     *
     * @param policies outermost first; if there are none, calls are made directly
     * @throws IllegalArgumentException if it contains the same instance twice
     */
    public static Pipeline of(Policy... policies) {
        return of(List.of(policies));
    }

    /**
     * Creates a pipeline of policies, outermost first.
     *
     * @throws IllegalArgumentException if it contains the same instance twice, since that would wait for itself or
     *     count a call twice
     */
    public static Pipeline of(List<? extends Policy> policies) {
        List<Policy> copy = List.copyOf(policies);
        for (int i = 0; i < copy.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (copy.get(i) == copy.get(j)) {
                    throw new IllegalArgumentException(
                            "policies contains " + copy.get(i).type() + " '"
                                    + copy.get(i).name() + "' twice: use each instance once, or another instance");
                }
            }
        }
        return new Pipeline(copy);
    }

    /** Returns the policies, outermost first. */
    public List<Policy> policies() {
        return policies;
    }

    @Override
    public Layer entry() {
        return entry;
    }

    /** Returns a readable form of the chain, such as {@code Pipeline[timeout 'pay' > retry 'pay']}. */
    @Override
    public String toString() {
        return policies.stream()
                .map(policy -> policy.type() + " '" + policy.name() + "'")
                .collect(Collectors.joining(" > ", "Pipeline[", "]"));
    }
}
