package io.netrun.resilience.spring.method;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.settings.PolicyFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policies of a method of which some depend on the key of the call. The instances are requested for each call, so
 * that their families know which are in use; the pipelines around them are kept. Thread-safe.
 */
public final class KeyedChain {

    private final Policy[] chain;
    private final List<KeyedLink> links;
    private final RecentPipelines recent;

    /**
     * Creates the chain.
     *
     * @param chain all policies, outermost first; for a keyed one, that which stands for its family
     * @param links what replaces them for a call
     */
    KeyedChain(List<Policy> chain, List<KeyedLink> links) {
        this.chain = chain.toArray(new Policy[0]);
        this.links = List.copyOf(links);
        this.recent = new RecentPipelines(
                links.stream().mapToInt(link -> link.family.limit()).max().orElseThrow());
    }

    /** The families of a policy in the chain, if it stands for one; null otherwise. */
    public @Nullable KeyedLink linkOf(Policy policy) {
        for (KeyedLink link : links) {
            if (chain[link.index] == policy) {
                return link;
            }
        }
        return null;
    }

    /** The links to families. */
    public List<KeyedLink> links() {
        return links;
    }

    /**
     * The pipeline of a call.
     *
     * @throws PolicyKeyException if there is no key for it
     */
    Pipeline of(@Nullable Object[] arguments) {
        if (links.size() == 1) {
            KeyedLink link = links.get(0);
            Policy policy = link.policy(link.expression.of(arguments));
            Pipeline known = recent.get(policy);
            return known != null ? known : recent.add(policy, build(List.of(policy)));
        }
        List<Policy> policies = policies(arguments);
        Pipeline known = recent.get(policies);
        return known != null ? known : recent.add(policies, build(policies));
    }

    /** Evaluates each expression once, even if several patterns have it, and all of them before any is used. */
    private List<Policy> policies(@Nullable Object[] arguments) {
        String[] keys = new String[links.size()];
        for (int i = 0; i < keys.length; i++) {
            int same = indexOf(links.get(i).expression.text(), i);
            keys[i] = same < i ? keys[same] : links.get(i).expression.of(arguments);
        }
        List<Policy> policies = new ArrayList<>(keys.length);
        for (int i = 0; i < keys.length; i++) {
            policies.add(links.get(i).policy(keys[i]));
        }
        return policies;
    }

    private int indexOf(String expression, int end) {
        int index = 0;
        while (index < end && !links.get(index).expression.text().equals(expression)) {
            index++;
        }
        return index;
    }

    private Pipeline build(List<Policy> policies) {
        Policy[] own = chain.clone();
        for (int i = 0; i < policies.size(); i++) {
            own[links.get(i).index] = policies.get(i);
        }
        return Pipeline.of(Arrays.asList(own));
    }

    /** The number of pipelines that are kept at present. */
    int size() {
        return recent.size();
    }

    /** A policy of a chain that depends on the key of the call. */
    public static final class KeyedLink {

        private final int index;
        private final PolicyFamily<?> family;
        private final KeyExpression expression;

        /**
         * Creates the link.
         *
         * @param index the position in the chain
         */
        KeyedLink(int index, PolicyFamily<?> family, KeyExpression expression) {
            this.index = index;
            this.family = family;
            this.expression = expression;
        }

        /** The family of the instances. */
        public PolicyFamily<?> family() {
            return family;
        }

        /** The expression that returns the key. */
        public String key() {
            return expression.text();
        }

        private Policy policy(String key) {
            KeyedPolicies<?> instances = family.instances();
            try {
                return instances.get(key);
            } catch (IllegalArgumentException wrong) {
                throw expression.invalid(wrong);
            }
        }
    }
}
