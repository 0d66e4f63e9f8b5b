package io.netrun.resilience.spring.actuate;

import org.springframework.test.context.TestPropertySource;

/** The same, served by WebFlux. */
@TestPropertySource(properties = "spring.main.web-application-type=reactive")
class ReactiveOverviewTests extends OverviewTests {}
