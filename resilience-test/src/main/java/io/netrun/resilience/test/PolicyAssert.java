package io.netrun.resilience.test;

import io.netrun.resilience.Policy;
import java.util.Objects;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about any instance.
 *
 * @param <S> the assertions themselves
 * @param <P> the instance
 */
public abstract class PolicyAssert<S extends PolicyAssert<S, P>, P extends Policy> extends AbstractAssert<S, P> {

    PolicyAssert(P actual, Class<S> self) {
        super(actual, self);
    }

    /** Verifies that the instance is enabled. */
    public final S isEnabled() {
        return requireEqual("enabled", present().isEnabled(), true);
    }

    /** Verifies that the instance is disabled and lets calls pass. */
    public final S isNotEnabled() {
        return requireEqual("enabled", present().isEnabled(), false);
    }

    final P present() {
        isNotNull();
        return actual;
    }

    /** Fails with the whole snapshot, since one number seldom explains a failure. */
    final S requireEqual(String what, Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            failWithActualExpectedAndMessage(
                    found,
                    expected,
                    "%s '%s': expected %s to be %s, but it is %s%nin %s",
                    present().type(),
                    present().name(),
                    what,
                    expected,
                    found,
                    present().metrics());
        }
        return myself;
    }
}
