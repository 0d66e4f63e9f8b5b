package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** The time of an application: that of its ticker, if it has one. */
final class Tickers {

    private static final Logger log = LoggerFactory.getLogger(ResilienceAutoConfiguration.class);

    private Tickers() {}

    /** The ticker of the application, or the system's. */
    static Ticker of(ObjectProvider<Ticker> ticker) {
        return requireReal(ticker.getIfUnique(Ticker::system), "The bean of type Ticker");
    }

    /**
     * Rejects a mock, such as that of a test, which returns null where a ticker never does: each call would fail, far
     * from the reason.
     *
     * @param what the ticker, as the subject of a sentence
     * @throws ResilienceConfigurationException for a mock
     */
    static Ticker requireReal(Ticker ticker, String what) {
        if (isMock(ticker)) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    what + " has no time and schedules nothing, as a mock does: now() returns null",
                    "Use a ManualTicker of resilience-test, which a test sets, or a spy, such as @MockitoSpyBean")));
        }
        return ticker;
    }

    private static boolean isMock(Ticker ticker) {
        try {
            return Objects.isNull(ticker.now());
        } catch (RuntimeException unreadable) {
            return false; // for policies, the time of such a ticker stands still
        }
    }

    /** Warns if there are several tickers and none of them is primary. */
    static void warnIfAmbiguous(ObjectProvider<Ticker> ticker, ListableBeanFactory beans) {
        if (ticker.getIfUnique() != null) {
            return;
        }
        List<String> names = List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, Ticker.class));
        if (names.size() > 1) {
            log.warn(
                    "The beans {} are all tickers, and none of them counts: instances read the system's time."
                            + " Mark the right one with @Primary, or remove the others.",
                    names.stream().sorted().toList());
        }
    }
}
