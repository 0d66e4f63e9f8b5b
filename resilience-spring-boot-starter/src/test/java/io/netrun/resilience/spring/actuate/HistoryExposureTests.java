package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Who shows no past takes none. */
class HistoryExposureTests {

    @Test
    void historyShouldBeTakenOnlyWhereTheEndpointIsExposed() {
        History history;
        try (ConfigurableApplicationContext context = start("health,resilience")) {
            history = context.getBean(History.class);
            assertThat(history.isRunning()).isTrue();
        }
        assertThat(history.isRunning()).isFalse();
        try (ConfigurableApplicationContext context = start("health")) {
            assertThat(context.getBeanProvider(History.class).getIfAvailable()).isNull();
            assertThat(context.getBeanProvider(Overview.class).getIfAvailable()).isNull();
        }
    }

    private static ConfigurableApplicationContext start(String exposed) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("spring.main.banner-mode=off", "management.endpoints.web.exposure.include=" + exposed)
                .run();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
