package io.netrun.resilience.spring.actuate;

import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

/** The same, served by WebFlux. */
@TestPropertySource(properties = "spring.main.web-application-type=reactive")
class ReactiveOverviewTests extends OverviewTests {

    /** It is sent again. */
    @Override
    void expectKnown(WebTestClient.ResponseSpec answer) {
        answer.expectStatus().isOk();
    }
}
