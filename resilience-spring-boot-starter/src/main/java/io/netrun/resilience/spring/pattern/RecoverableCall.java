package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.fallback.CacheableCall;
import io.netrun.resilience.fallback.Fallback;
import org.jspecify.annotations.Nullable;

/** A call with fallbacks for its failure, whose result may also replace the failure of a later one. */
public interface RecoverableCall extends CacheableCall {

    /** Whether a policy is a fallback that keeps the results of calls. */
    static boolean keepsResults(@Nullable Policy policy) {
        return policy instanceof Fallback fallback && fallback.config().stale() != null;
    }

    /**
     * Returns the result of the fallback.
     *
     * @throws Throwable the failure itself if no fallback applies, or what the fallback threw
     */
    @Nullable
    Object recover(Throwable failure) throws Throwable;

    /**
     * Returns the result of a fallback around a part of the chain.
     *
     * @throws Throwable the failure itself if it does not apply, or what it threw
     */
    @Nullable
    Object recover(Throwable failure, Recovery recovery) throws Throwable;
}
