package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;

/**
 * A protected method with the pipelines that its calls pass.
 *
 * @param title the display name of the method: {@code com.shop.PaymentClient.charge(Order)}
 * @param pipeline the pipeline of its policies; with keys, those that stand for families are in it, and no call passes
 *     it
 * @param keys the policies that depend on the key of a call; null if all calls pass the same pipeline
 * @param returns how the method signals completion
 * @param adapter converts the returned value to Reactor's types and back; null unless it is reactive or a flow
 * @param mayRepeat whether a policy or a subscriber may make the call more than once
 * @param mayChangeThread whether the call may run on a thread other than the caller's
 * @param fallbacks the methods that can replace a failed call
 * @param alternative the method that the attempts of a hedge after the first call instead; null for the method itself
 * @param permits how many tokens of its rate limiter a call takes
 * @param pooled whether each attempt runs on a thread of its own, as in a thread pool of resilience4j
 */
public record MethodPipeline(
        String title,
        Pipeline pipeline,
        @Nullable KeyedChain keys,
        ReturnKind returns,
        @Nullable ReactiveAdapter adapter,
        boolean mayRepeat,
        boolean mayChangeThread,
        FallbackMethods fallbacks,
        @Nullable AlternativeMethod alternative,
        CallPermits permits,
        boolean pooled) {

    /**
     * The pipeline of a call.
     *
     * @throws PolicyKeyException if its key cannot be determined
     */
    public Pipeline pipeline(@Nullable Object[] arguments) {
        return keys == null ? pipeline : keys.of(arguments);
    }

    /** The link to the family for which a policy of the pipeline stands; null if the policy is an instance. */
    public KeyedChain.@Nullable KeyedLink linkOf(Policy policy) {
        return keys == null ? null : keys.linkOf(policy);
    }
}
