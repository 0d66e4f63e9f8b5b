package io.netrun.resilience.sample.demo;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the demo.
 *
 * @param pace the pause between two steps; zero for none
 * @param onStart whether the demo starts with the application
 */
@ConfigurationProperties("shop.demo")
record DemoProperties(
        @DefaultValue("800ms") Duration pace,
        @DefaultValue("false") boolean onStart) {

    DemoProperties {
        if (pace.isNegative()) {
            throw new IllegalArgumentException("shop.demo.pace is " + pace + ": must be zero or more");
        }
    }
}
