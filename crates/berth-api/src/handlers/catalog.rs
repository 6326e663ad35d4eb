//! The catalog and its entries, with what is known of them on this machine.

use std::sync::Arc;

use berth_core::catalog::{Card, Entry, search};
use berth_core::error::{Error, ErrorCode, Result};
use berth_core::facts::Facts;
use berth_core::plan;

use super::Berth;
use super::cards::Shelf;
use crate::types::{
    CatalogCard, CatalogFilter, CatalogPage, CatalogQuery, CatalogReport, CatalogSort, EntryPage,
    EntryRequest, FacetCount, Facets, VariantPage,
};

impl Berth {
    /// Searches the catalog.
    pub async fn catalog_list(&self, request: CatalogQuery) -> Result<CatalogPage> {
        let shelf = self.shelf().await?;
        let found = self
            .catalog
            .search(&query(request), &|id| shelf.is_installed(id));
        Ok(CatalogPage {
            cards: found
                .cards
                .iter()
                .map(|found| card(found, &shelf))
                .collect(),
            total: count(found.total),
            size: count(self.catalog.cards().len()),
            facets: facets(found.facets),
        })
    }

    /// The catalog files that were skipped, and why.
    pub async fn catalog_reports(&self, _: ()) -> Result<Vec<CatalogReport>> {
        Ok(self
            .catalog
            .reports()
            .iter()
            .map(|error| CatalogReport {
                file: match &error.code {
                    ErrorCode::EntryInvalid { file, .. } => file.clone(),
                    _ => String::new(),
                },
                error: error.clone(),
            })
            .collect())
    }

    /// One entry, with its variants as they stand on this machine.
    pub async fn entry_get(&self, request: EntryRequest) -> Result<EntryPage> {
        let entry = self.entry(&request.id).await?;
        let facts = self.facts_now();
        let mut variants = Vec::new();
        for state in plan::variants(&entry, &facts) {
            let mut found = state.found;
            found.extend(self.image_found(&entry, &state.id, &facts).await);
            variants.push(VariantPage {
                image: self.image_built(&entry, &state.id, &facts).await,
                id: state.id,
                runs_in: state.runs_in,
                found,
                missing: state.missing,
                checking: state.checking,
                keeps_read_only: state.keeps_read_only,
            });
        }
        let registrations = facts.registrations().cloned().collect::<Vec<_>>();
        Ok(EntryPage {
            recommended: plan::default_variant(&entry, &facts),
            state: self.shelf().await?.state(&Card::of(&entry)),
            registrations: registrations
                .into_iter()
                .filter(|registration| registration.name == entry.id)
                .collect(),
            variants,
            entry: (*entry).clone(),
        })
    }

    /// What has the name under which a variant's image is built.
    async fn image_built(
        &self,
        entry: &Entry,
        variant: &str,
        facts: &Facts,
    ) -> Option<plan::HereImage> {
        facts.engine.found()?;
        let variant = entry.variant(variant).filter(|v| v.planned.is_none())?;
        // As below: its own probe tells of it.
        plan::here(&self.ports, variant).await.ok()?
    }

    /// One entry. It may have to be read from its file: not on an async thread.
    pub(super) async fn entry(&self, id: &str) -> Result<Arc<Entry>> {
        let (catalog, id) = (self.catalog.clone(), id.to_owned());
        tokio::task::spawn_blocking(move || catalog.entry(&id))
            .await
            .unwrap_or_else(|error| Err(Error::internal("a task ended early").caused_by(&error)))
    }

    /// Whether a variant's image is on this computer already.
    async fn image_found(&self, entry: &Entry, variant: &str, facts: &Facts) -> Option<String> {
        facts.engine.found()?;
        let berth_core::catalog::Run::Image(container) = &entry.variant(variant)?.run else {
            return None;
        };
        // An engine that fails here is told of by its own probe.
        let image = self.ports.engine.image(&container.image).await.ok()??;
        let mib = image.size.div_ceil(1024 * 1024);
        Some(format!("{} is here ({mib} MiB)", container.image))
    }
}

fn query(request: CatalogQuery) -> search::Query {
    let CatalogFilter {
        categories,
        trust,
        runs_in,
        needs_secrets,
        installed,
    } = request.filter;
    search::Query {
        text: request.text,
        filter: search::Filter {
            categories,
            trust,
            runs_in,
            needs_secrets,
            installed,
        },
        sort: match request.sort {
            CatalogSort::Relevance => search::Sort::Relevance,
            CatalogSort::Title => search::Sort::Title,
            CatalogSort::Publisher => search::Sort::Publisher,
        },
        offset: request.offset as usize,
        limit: request.limit as usize,
    }
}

fn facets(facets: search::Facets) -> Facets {
    fn list<T>(counts: Vec<(T, u32)>) -> Vec<FacetCount<T>> {
        counts
            .into_iter()
            .map(|(value, count)| FacetCount { value, count })
            .collect()
    }
    Facets {
        categories: list(facets.categories),
        trust: list(facets.trust),
        runs_in: list(facets.runs_in),
        needs_no_secrets: facets.needs_no_secrets,
        needs_secrets: facets.needs_secrets,
    }
}

fn card(card: &Card, shelf: &Shelf) -> CatalogCard {
    CatalogCard {
        id: card.id.to_string(),
        title: card.title.to_string(),
        publisher: card.publisher.to_string(),
        summary: card.summary.to_string(),
        trust: card.trust,
        categories: card.categories.to_vec(),
        tools: card.tools,
        runs_in: card.runs_in.to_vec(),
        needs: card.needs.to_vec(),
        state: shelf.state(card),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
