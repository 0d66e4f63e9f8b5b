package io.netrun.resilience.spring.actuate;

import org.springframework.test.context.TestPropertySource;

@TestPropertySource(properties = "spring.main.web-application-type=reactive")
class ReactiveSharingBeansTests extends SharingBeansTests {}
