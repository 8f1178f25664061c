variable "project_id" {
  description = "Id of the Google Cloud project."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "Expected the id of a project such as my-project, not its number or its name."
  }
}

variable "owner_id" {
  description = "Number of the GitHub owner: gh api repos/OWNER/NAME --jq .owner.id. A name can be taken over, a number cannot."
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]{0,19}$", var.owner_id))
    error_message = "Expected a number such as 4211, not a name."
  }
}

variable "repositories" {
  description = <<-EOT
    The repositories that release, by a short name that becomes part of the account names (at most 20 characters).
    repository_id:   number of the repository: gh api repos/OWNER/NAME --jq .id
    environment:     GitHub environment that may release. null lets every job on branch release.
    branch:          the only branch that may release.
    runtime_account: e-mail of the account that the functions run as. null for the default compute account.
  EOT
  type = map(object({
    repository_id   = string
    environment     = optional(string)
    branch          = optional(string, "main")
    runtime_account = optional(string)
  }))

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in keys(var.repositories) : can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", name))])
    error_message = "Expected at least one repository, with names of lower-case letters, digits and hyphens, 2 to 20 characters."
  }

  validation {
    condition     = alltrue([for one in values(var.repositories) : can(regex("^[1-9][0-9]{0,19}$", one.repository_id))])
    error_message = "Expected repository_id to be a number such as 770001, not a name."
  }

  validation {
    condition     = length(distinct([for one in values(var.repositories) : one.repository_id])) == length(var.repositories)
    error_message = "Two entries have the same repository_id."
  }

  validation {
    condition = alltrue([
      for one in values(var.repositories) :
      can(regex("^[^'\\\\\n]{1,255}$", one.branch)) && (one.environment == null || can(regex("^[^'\\\\:\n]{1,255}$", one.environment)))
    ])
    error_message = "A branch or environment has a quote, a backslash, a colon (environment) or a line break."
  }
}

variable "job_workflow_refs" {
  description = "The only workflows whose jobs may log in, with their refs, such as acme/workflows/.github/workflows/release.yml@refs/heads/main. Name the one that rolls back as well. Empty for any workflow of the repositories."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for one in var.job_workflow_refs : can(regex("^[\\w.-]+/[\\w.-]+/\\.github/workflows/[\\w.-]+\\.ya?ml@[\\w./-]+$", one))])
    error_message = "Expected OWNER/NAME/.github/workflows/FILE.yml@REF."
  }
}

variable "pool_id" {
  description = "Id of the workload identity pool."
  type        = string
  default     = "github"
}

variable "provider_id" {
  description = "Id of the provider in the pool."
  type        = string
  default     = "backstay"
}

variable "may_close" {
  description = "Whether deployers may close a function that is open (roles/run.admin). Without it, a release of an open function stops."
  type        = bool
  default     = false
}
