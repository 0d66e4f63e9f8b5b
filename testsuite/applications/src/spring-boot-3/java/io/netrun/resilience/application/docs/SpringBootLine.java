package io.netrun.resilience.application.docs;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.web.client.RestClientAutoConfiguration;
import org.springframework.boot.autoconfigure.web.reactive.function.client.WebClientAutoConfiguration;

/** What the examples of the documentation have elsewhere on the other line of Spring Boot. */
final class SpringBootLine {

    static final AutoConfigurations HTTP_CLIENTS =
            AutoConfigurations.of(RestClientAutoConfiguration.class, WebClientAutoConfiguration.class);

    private SpringBootLine() {}

    /** Examples are written for this line. */
    static String adapted(String source) {
        return source;
    }
}
