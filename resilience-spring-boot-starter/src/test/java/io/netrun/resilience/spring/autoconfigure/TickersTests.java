package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.HandTicker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Whose time an application has. */
@ExtendWith(OutputCaptureExtension.class)
class TickersTests {

    private final Ticker first = new HandTicker();
    private final Ticker second = new HandTicker();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    @Test
    void onlyTickerShouldCount(CapturedOutput output) {
        runner.withBean("first", Ticker.class, () -> first).run(context -> {
            assertThat(context.getBean(ResilienceRegistry.class).ticker()).isSameAs(first);
            assertThat(output).doesNotContain("tickers");
        });
        runner.run(context -> assertThat(output).doesNotContain("tickers"));
    }

    @Test
    void severalTickersShouldBeAWarningWithTheRemedy(CapturedOutput output) {
        runner.withBean("second", Ticker.class, () -> second)
                .withBean("first", Ticker.class, () -> first)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(ResilienceRegistry.class).ticker())
                            .isNotIn(first, second);
                    assertThat(output)
                            .containsOnlyOnce("The beans [first, second] are all tickers, and none of them counts:"
                                    + " instances read the system's time. Mark the right one with @Primary");
                });
    }

    @Test
    void primaryTickerShouldCount(CapturedOutput output) {
        runner.withBean("first", Ticker.class, () -> first)
                .withBean("second", Ticker.class, () -> second, definition -> definition.setPrimary(true))
                .run(context -> {
                    assertThat(context.getBean(ResilienceRegistry.class).ticker())
                            .isSameAs(second);
                    assertThat(output).doesNotContain("tickers");
                });
    }
}
