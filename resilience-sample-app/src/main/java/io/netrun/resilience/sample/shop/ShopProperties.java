package io.netrun.resilience.sample.shop;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the shop.
 *
 * @param reportDuration how long the database works on a sales report
 */
@ConfigurationProperties("shop")
record ShopProperties(@DefaultValue("1s") Duration reportDuration) {}
